using System.Buffers;
using System.Text;

namespace Chat.Server.Rendering;

/// <summary>
/// Which URLs a text may link to. The URL is judged after Markdown has decoded its entities and escapes, in the very characters that are written.
/// The scheme must stand there letter by letter and be what <see cref="Uri"/> reads as well, so that no reading of ours differs from a browser's.
/// </summary>
internal static class LinkPolicy
{
    /// <summary>The longest URL that is linked, in UTF-16 units: the longest that the contract takes anywhere.</summary>
    public const int MaxLength = 2_048;

    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Append(0x7F).Concat(Enumerable.Range(0x80, 0x20)).Select(code => (char)code)]);

    // Browsers and Uri disagree about these in a host; a name before '@' only dresses up one host as another.
    private static readonly SearchValues<char> Misleading = SearchValues.Create("@\\%<>\"'`^{}| ");

    /// <summary>Judges a decoded URL.</summary>
    /// <returns>The link to write, or null for a URL that is shown as text.</returns>
    public static LinkTarget? Judge(string? url)
    {
        if (string.IsNullOrEmpty(url) || url.Length > MaxLength || url.AsSpan().ContainsAny(Controls))
            return null;
        if (url.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            return url.Length > "mailto:".Length && Parse(url, Uri.UriSchemeMailto) is not null ? new(url, IsWeb: false) : null;
        return JudgeWeb(url);
    }

    private static LinkTarget? JudgeWeb(string url)
    {
        var scheme = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttps
            : url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttp
            : null;
        if (scheme is null)
            return null;

        var host = scheme.Length + Uri.SchemeDelimiter.Length;
        var length = url.AsSpan(host).IndexOfAny('/', '?', '#');
        var end = length < 0 ? url.Length : host + length;
        var authority = url.AsSpan(host..end);
        if (authority.IsEmpty || authority.ContainsAny(Misleading) || Parse(url, scheme) is not { } uri)
            return null;
        if (Ascii.IsValid(authority))
            return new(url, IsWeb: true);

        return LookUpName(uri) is { } name ? new($"{scheme}://{name}{url.AsSpan(end)}", IsWeb: true) : null;
    }

    /// <summary>Host and port with the name as it is looked up, so that letters of another script are seen for what they are; null where there is none.</summary>
    private static string? LookUpName(Uri uri)
    {
        try
        {
            return Ascii.IsValid(uri.IdnHost) ? uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}" : null;
        }
        catch (UriFormatException)
        {
            // Uri takes names that IDNA refuses, and says so only here.
            return null;
        }
    }

    private static Uri? Parse(string url, string scheme) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == scheme ? uri : null;
}

/// <summary>A link that may be written.</summary>
/// <param name="Href">The URL, not yet escaped for HTML.</param>
/// <param name="IsWeb">Whether it opens a page (http, https), and so belongs in a window of its own.</param>
internal readonly record struct LinkTarget(string Href, bool IsWeb);
