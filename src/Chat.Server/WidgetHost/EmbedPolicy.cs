using System.Buffers;
using Chat.Server.Channels;

namespace Chat.Server.WidgetHost;

/// <summary>Who may show a channel's chat in a frame: the value of <c>frame-ancestors</c> (CSP 3, 6.4.2).</summary>
internal static class EmbedPolicy
{
    // Where a developer's own pages are. A page that was opened as a file has no origin that could be named.
    private const string Loopback = "'self' http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*";

    // What a source of a policy is written with; anything else would begin another source or directive.
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_:/");

    /// <summary>
    /// The channel's origins, and the service itself, because every ancestor is looked at and the transcript stands in the panel. Null: nobody, as no origin
    /// is allowed. In Development a channel without a list may be shown by pages of this machine.
    /// </summary>
    public static string? AncestorsOf(Channel channel, bool isDevelopment)
    {
        var origins = channel.Settings.AllowedOrigins.Where(origin => !origin.AsSpan().ContainsAnyExcept(Letters)).ToList();
        if (origins.Count > 0)
            return $"'self' {string.Join(' ', origins)}";
        return isDevelopment && channel.Settings.AllowedOrigins.Count == 0 ? Loopback : null;
    }
}
