using System.Globalization;
using Chat.Server.Channels;
using Chat.Server.Storage;

namespace Chat.Server.Quotas;

/// <summary>
/// Tells every caller with a key what is left: <c>RateLimit-Policy</c> and <c>RateLimit</c> (draft-ietf-httpapi-ratelimit-headers)
/// for both windows, and <c>X-RateLimit-*</c> for the one with less left.
/// </summary>
public static class RateLimitHeaders
{
    private const int SecondsPerMinute = 60;
    private const int SecondsPerDay = 86_400;

    /// <summary>Adds the headers to answers of endpoints that want a channel; stands before the key is checked, to see refusals too.</summary>
    public static IApplicationBuilder UseRateLimitHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiresChannelMetadata>() is not null)
            context.Response.OnStarting(() => AddAsync(context));
        return next(context);
    });

    private static async Task AddAsync(HttpContext context)
    {
        // Without a valid key there is no channel to speak of.
        if (context.Features.Get<Channel>() is not { } channel || await CountsAsync(context, channel) is not { } counts)
            return;
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var minute = Window.Of(channel.Settings.RequestsPerMinute, counts.MinuteCount, counts.MinuteNo, QuotaWindow.MinuteOf(now), QuotaWindow.EndOfMinute, now);
        var day = Window.Of(channel.Settings.RequestsPerDay, counts.DayCount, counts.DayNo, QuotaWindow.DayOf(now), number => QuotaWindow.EndOfDay((int)number), now);
        var tighter = day.Remaining < minute.Remaining ? day : minute;
        var headers = context.Response.Headers;
        headers["RateLimit-Policy"] = string.Create(
            CultureInfo.InvariantCulture, $"\"permin\";q={minute.Limit};w={SecondsPerMinute}, \"daily\";q={day.Limit};w={SecondsPerDay}");
        headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture, $"\"permin\";r={minute.Remaining};t={minute.Seconds}, \"daily\";r={day.Remaining};t={day.Seconds}");
        headers["X-RateLimit-Limit"] = tighter.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = tighter.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = tighter.End.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }

    // Without the store the answer says so itself; the headers only describe it.
    private static async ValueTask<WindowCounts?> CountsAsync(HttpContext context, Channel channel)
    {
        try
        {
            return await context.RequestServices.GetRequiredService<WindowWatch>().CountsAsync(channel, context.RequestAborted);
        }
        catch (Exception fault) when (fault is StoreUnavailableException or OperationCanceledException)
        {
            return null;
        }
    }

    private sealed record Window(int Limit, int Remaining, DateTimeOffset End, long Seconds)
    {
        // A window that has ended without a message since is a full one of now.
        public static Window Of(int limit, int count, long number, long current, Func<long, DateTimeOffset> endOf, DateTimeOffset now)
        {
            var end = endOf(Math.Max(number, current));
            return new Window(limit, number >= current ? Math.Max(0, limit - count) : limit, end, (long)Math.Ceiling((end - now).TotalSeconds));
        }
    }
}
