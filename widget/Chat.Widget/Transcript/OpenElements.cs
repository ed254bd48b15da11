namespace Chat.Widget.Transcript;

/// <summary>What the pieces of an answer have left open, and so which element may stand beside the text there.</summary>
internal enum Place
{
    /// <summary>Among blocks.</summary>
    Flow,

    /// <summary>Within code or another run of text.</summary>
    Text,

    /// <summary>Within a table.</summary>
    Table,

    /// <summary>Within a list.</summary>
    List,
}

/// <summary>
/// Follows the tags of HTML that comes in pieces. It reads only what the service's own renderer writes: well-formed, every "&lt;" that is text and every
/// "&gt;" in a value escaped. Of anything else it gives some place, and never fails.
/// </summary>
internal sealed class OpenElements
{
    private static readonly HashSet<string> Void = new(StringComparer.OrdinalIgnoreCase) { "br", "hr", "img", "input", "wbr", "col" };

    private readonly Stack<string> _open = new();

    public Place Place => !_open.TryPeek(out var innermost) ? Place.Flow : innermost switch
    {
        "code" or "pre" or "p" or "span" or "em" or "strong" or "a" => Place.Text,
        "table" or "thead" or "tbody" or "tfoot" => Place.Table,
        "ul" or "ol" => Place.List,
        _ => Place.Flow,
    };

    public void Read(ReadOnlySpan<char> html)
    {
        for (int start; (start = html.IndexOf('<')) >= 0;)
        {
            html = html[(start + 1)..];
            var end = html.IndexOf('>');
            if (end < 0)
                return;
            Tag(html[..end]);
            html = html[(end + 1)..];
        }
    }

    private void Tag(ReadOnlySpan<char> tag)
    {
        if (tag is ['!' or '?', ..])
            return;
        var closes = tag is ['/', ..];
        if (closes)
            tag = tag[1..];
        var length = tag.IndexOfAny(" \t\n/");
        var name = (length < 0 ? tag : tag[..length]).ToString();
        if (!closes && !Void.Contains(name) && tag is not [.., '/'])
            _open.Push(name);
        else if (closes && _open.Contains(name))
            while (_open.Pop() != name)
            {
                // What was left open within it is closed with it.
            }
    }
}
