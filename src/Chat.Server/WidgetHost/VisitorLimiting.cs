using System.Globalization;
using System.Threading.RateLimiting;
using Chat.Client;
using Chat.Widget;
using Chat.Widget.Panel;
using Chat.Widget.Transcript;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Chat.Server.WidgetHost;

/// <summary>Limits how many messages one visitor of one channel sends. Per instance: what holds across instances are the channel's limits.</summary>
internal sealed class VisitorLimiting(EmbedHome home, IOptions<EmbedOptions> options, TimeProvider time) : IRateLimiterPolicy<string>
{
    public const string Policy = "embed-visitor";

    private readonly VisitorPartitions _visitors = new(options.Value.MessagesPerMinute, time);

    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected => (rejected, _) =>
        RefuseAsync(rejected.HttpContext, rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : VisitorLimiter.Window);

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) =>
        _visitors.Of($"{httpContext.Request.RouteValues["id"]} ", httpContext.Connection.RemoteIpAddress);

    // The page that was posted from, with the visitor's text and the time to wait.
    private async ValueTask RefuseAsync(HttpContext context, TimeSpan wait)
    {
        if (await home.FindAsync(context) is not { } visit)
            return;
        var request = new WidgetRequest(context, home, visit);
        var form = await WidgetRoutes.FormOfAsync(context) ?? FormCollection.Empty;
        var refusal = SendMessage.DraftOf(visit, form) with { Code = ChatErrorCodes.RateLimitExceeded, TryAgainAt = time.GetUtcNow() + wait };
        if (EmbedPage.Of(context.Request).IsTranscript)
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await TranscriptStream.ShowAsync(request, refusal with { FormKey = form[TurnForm.IdField].ToString() });
            return;
        }

        await PanelPage.ShowAsync(request.With(visit with { Draft = refusal }), StatusCodes.Status429TooManyRequests);
    }
}
