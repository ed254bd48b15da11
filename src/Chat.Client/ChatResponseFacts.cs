using System.Net.Http.Headers;

namespace Chat.Client;

/// <summary>What an answer's headers say. A header that is missing or makes no sense is null, never an error.</summary>
internal sealed record ChatResponseFacts(string? RequestId, bool Replayed, TimeSpan? RetryAfter, RateLimitStatus? RateLimit)
{
    private const int LongestRequestId = 255;

    public static ChatResponseFacts Of(HttpResponseMessage response, DateTimeOffset now) => new(
        RequestIdOf(response.Headers),
        string.Equals(First(response.Headers, "Idempotency-Replayed"), "true", StringComparison.OrdinalIgnoreCase),
        RetryAfterOf(response.Headers.RetryAfter, now),
        RateLimitHeaders.Read(response.Headers, now));

    /// <summary>The first value of a header, or null.</summary>
    public static string? First(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault()?.Trim() : null;

    private static string? RequestIdOf(HttpResponseHeaders headers) =>
        First(headers, "X-Request-ID") is { Length: > 0 and <= LongestRequestId } id && VisibleAscii.IsAllOf(id) ? id : null;

    private static TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var wait = header?.Delta ?? header?.Date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
