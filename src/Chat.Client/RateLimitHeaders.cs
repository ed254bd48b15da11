using System.Globalization;
using System.Net.Http.Headers;

namespace Chat.Client;

/// <summary>
/// Reads the limits that an answer states: <c>X-RateLimit-*</c>, which the service already gives for the tighter limit; else the
/// tightest of the fields <c>RateLimit</c> and <c>RateLimit-Policy</c> (draft-ietf-httpapi-ratelimit-headers), for when the older
/// spelling is gone.
/// </summary>
internal static class RateLimitHeaders
{
    private static readonly long LastUnixSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public static RateLimitStatus? Read(HttpResponseHeaders headers, DateTimeOffset now) => ReadThree(headers) ?? ReadFields(headers, now);

    private static RateLimitStatus? ReadThree(HttpResponseHeaders headers) =>
        Number(ChatResponseFacts.First(headers, "X-RateLimit-Remaining")) is { } remaining &&
        Number(ChatResponseFacts.First(headers, "X-RateLimit-Reset")) is { } reset &&
        reset <= LastUnixSecond
            ? new RateLimitStatus(Number(ChatResponseFacts.First(headers, "X-RateLimit-Limit")), remaining, DateTimeOffset.FromUnixTimeSeconds(reset))
            : null;

    private static RateLimitStatus? ReadFields(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var second = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), now.Offset).ToUniversalTime();
        var limits = Items(headers, "RateLimit")
            .Select(item => (item.Name, Remaining: item.Number("r"), Seconds: item.Number("t")))
            .Where(item => item.Remaining is not null && item.Seconds <= LastUnixSecond - second.ToUnixTimeSeconds())
            .ToList();
        if (limits.Count == 0)
            return null;
        var (name, remaining, seconds) = limits.MinBy(item => item.Remaining);
        var policy = Items(headers, "RateLimit-Policy").FirstOrDefault(item => item.Name == name);
        return new RateLimitStatus(policy?.Number("q"), remaining!.Value, second.AddSeconds(seconds!.Value));
    }

    private static IEnumerable<FieldItem> Items(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var lines)
            ? lines.SelectMany(line => SplitUnquoted(line, ',')).Select(item => new FieldItem([.. SplitUnquoted(item, ';')]))
            : [];

    private static IEnumerable<string> SplitUnquoted(string text, char separator)
    {
        var start = 0;
        var quoted = false;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                quoted = !quoted;
            }
            else if (text[at] == separator && !quoted)
            {
                yield return text[start..at].Trim();
                start = at + 1;
            }
        }
        yield return text[start..].Trim();
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>One item of a list field: a quoted name and its parameters, such as <c>"permin";r=12;t=30</c>.</summary>
    private sealed record FieldItem(IReadOnlyList<string> Parts)
    {
        public string Name => Parts[0];

        public long? Number(string parameter)
        {
            var prefix = parameter + "=";
            var part = Parts.Skip(1).FirstOrDefault(part => part.StartsWith(prefix, StringComparison.Ordinal));
            return part is null ? null : RateLimitHeaders.Number(part[prefix.Length..]);
        }
    }
}
