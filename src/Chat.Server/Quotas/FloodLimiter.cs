using System.Threading.RateLimiting;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;

namespace Chat.Server.Quotas;

/// <summary>
/// Sheds a channel's floods in memory, before a body is read or the store is asked: requests of a minute that this instance
/// knows to be full, and attempts beyond a multiple of the channel's limit whatever becomes of them. The exact limit, across
/// instances, is the store's.
/// </summary>
/// <param name="channel">The channel.</param>
/// <param name="maxAttempts">How many attempts of a minute are let past.</param>
/// <param name="windows">What is known of the channel's minute; null for requests that do not count in it.</param>
/// <param name="time">The clock.</param>
internal sealed class FloodLimiter(Channel channel, long maxAttempts, WindowWatch? windows, TimeProvider time) : RateLimiter
{
    private readonly Lock _gate = new();
    private long _minute;
    private long _attempts;
    private long _lastUsed = time.GetTimestamp();

    public override TimeSpan? IdleDuration => time.GetElapsedTime(Volatile.Read(ref _lastUsed));

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        var now = time.GetUtcNow();
        Volatile.Write(ref _lastUsed, time.GetTimestamp());
        if (windows?.FullUntil(channel) is { } end)
            return WaitLease.Refused(end - now);
        var minute = QuotaWindow.MinuteOf(now);
        lock (_gate)
        {
            if (minute > _minute)
                (_minute, _attempts) = (minute, 0);
            return ++_attempts > maxAttempts ? WaitLease.Refused(QuotaWindow.EndOfMinute(_minute) - now) : WaitLease.Granted;
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        new(AttemptAcquireCore(permitCount));
}

/// <summary>Registers the limiter with the framework, partitioned by channel.</summary>
public static class FloodLimiting
{
    private const string Policy = "channel-flood";
    private const string ReadPolicy = "channel-read-flood";

    // Refusals and mistakes of an honest client fit well within ten times its limit.
    private const int AttemptsPerMessage = 10;

    // Looking at a turn costs one row; a page that has no better way looks once a second, for as long as a reply takes.
    private const int ReadsPerMessage = 100;
    private const int LeastReads = 1_000;

    /// <summary>Adds the policies. A channel whose limit changes gets limiters of its own for the new one.</summary>
    internal static IServiceCollection AddFloodLimiter(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.AddPolicy(Policy, context => Partition(
            context, limit => limit * AttemptsPerMessage, context.RequestServices.GetRequiredService<WindowWatch>()));
        options.AddPolicy(ReadPolicy, context => Partition(context, limit => Math.Max(LeastReads, limit * ReadsPerMessage), windows: null));
        options.OnRejected = async (rejected, cancellationToken) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter) ? retryAfter : TimeSpan.Zero;
            await rejected.HttpContext.WriteErrorAsync(ChatError.RateLimitExceeded(wait), cancellationToken);
        };
    });

    /// <summary>Sheds floods of this endpoint's channel.</summary>
    public static TBuilder ShedFloods<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireRateLimiting(Policy);

    /// <summary>Sheds floods of this endpoint's channel, of requests that do not count in its minute.</summary>
    public static TBuilder ShedReadFloods<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireRateLimiting(ReadPolicy);

    private static RateLimitPartition<(long ChannelId, int PerMinute)> Partition(HttpContext context, Func<long, long> maxAttempts, WindowWatch? windows)
    {
        var channel = context.Channel();
        return RateLimitPartition.Get(
            (channel.ChannelId, channel.Settings.RequestsPerMinute),
            _ => new FloodLimiter(
                channel, maxAttempts(channel.Settings.RequestsPerMinute), windows, context.RequestServices.GetRequiredService<TimeProvider>()));
    }
}
