using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Chat.Client;
using Chat.Widget;
using Chat.Widget.Panel;
using Chat.Widget.Transcript;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Chat.Server.WidgetHost;

/// <summary>
/// Limits how many messages one visitor of one channel sends. A visitor is an address, which configured proxies tell; of version 6 the first 64 bits, because
/// the rest is the visitor's own to choose. Per instance: what holds across instances are the channel's limits.
/// </summary>
internal sealed class VisitorLimiting(EmbedHome home, IOptions<EmbedOptions> options, TimeProvider time) : IRateLimiterPolicy<string>
{
    public const string Policy = "embed-visitor";

    // Beyond so many visitors within a minute the next share places, by chance and not by choice: memory stays bounded under any flood.
    private const int MostVisitors = 20_000;
    private const int SharedPlaces = 1_024;

    private int _visitors;

    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected => (rejected, _) =>
        RefuseAsync(rejected.HttpContext, rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : VisitorLimiter.Window);

    public RateLimitPartition<string> GetPartition(HttpContext httpContext)
    {
        var visitor = $"{httpContext.Request.RouteValues["id"]} {NetworkOf(httpContext.Connection.RemoteIpAddress)}";
        var key = Volatile.Read(ref _visitors) < MostVisitors ? visitor : $"shared {(uint)visitor.GetHashCode(StringComparison.Ordinal) % SharedPlaces}";
        return RateLimitPartition.Get(key, _ => new VisitorLimiter(options.Value.MessagesPerMinute, time, by => Interlocked.Add(ref _visitors, by)));
    }

    /// <summary>Whom an address stands for.</summary>
    internal static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

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
