using Chat.Server.Rendering;
using Microsoft.Extensions.Caching.Memory;

namespace Chat.Server.Conversations;

/// <summary>
/// What replies and the texts of histories were rendered to: a page that is loaded again reads the same ones, and rendering is most of what that
/// costs. A text is its own key, so nothing here can be out of date. At most 8 MB are kept, of texts that somebody has read within five
/// minutes.
/// </summary>
public sealed class RenderedTexts : IDisposable
{
    private const long MostCharacters = 4_000_000;

    // Rendering a shorter one takes no longer than looking it up.
    private const int WorthKeeping = 16;

    // What keeping one takes besides its characters, as so many of them.
    private const int Overhead = 200;

    // A session that was forgotten shall not stay in memory for long either.
    private static readonly TimeSpan Unread = TimeSpan.FromMinutes(5);

    private readonly MemoryCache _html = new(new MemoryCacheOptions { SizeLimit = MostCharacters });

    /// <summary>The HTML of a text, as <see cref="SafeMarkdown.ToHtml"/> gives it.</summary>
    public string ToHtml(string text)
    {
        if (text.Length < WorthKeeping)
            return SafeMarkdown.ToHtml(text);
        if (_html.TryGetValue(text, out string? known))
            return known!;
        var html = SafeMarkdown.ToHtml(text);
        _html.Set(text, html, new MemoryCacheEntryOptions { Size = text.Length + html.Length + Overhead, SlidingExpiration = Unread });
        return html;
    }

    /// <inheritdoc />
    public void Dispose() => _html.Dispose();
}
