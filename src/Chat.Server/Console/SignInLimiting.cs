using System.Globalization;
using System.Threading.RateLimiting;
using Chat.Server.WidgetHost;
using Microsoft.AspNetCore.RateLimiting;

namespace Chat.Server.Console;

/// <summary>
/// How often one address may try to sign in: 5 times within any 60 seconds, right or wrong, on each instance. What keeps a token safe is its length; this keeps
/// guesses at a short one slow.
/// </summary>
internal sealed class SignInLimiting(TimeProvider time) : IRateLimiterPolicy<string>
{
    public const string Policy = "console-sign-in";

    private const int AttemptsPerMinute = 5;

    private readonly VisitorPartitions _visitors = new(AttemptsPerMinute, time);

    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected => (rejected, _) =>
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : VisitorLimiter.Window;
        var seconds = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        rejected.HttpContext.Response.Headers.RetryAfter = seconds;
        return new(SignIn.ShowAsync(rejected.HttpContext, StatusCodes.Status429TooManyRequests, $"Too many attempts. Try again in {seconds} seconds."));
    };

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) => _visitors.Of("", httpContext.Connection.RemoteIpAddress);
}
