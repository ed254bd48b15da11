namespace Chat.Server.Providers.Guide;

/// <summary>
/// The few rules of CommonMark that decide where a section of knowledge begins and where it may be cut. A line-by-line reading
/// is linear in the text, whatever the text is; a full Markdown parser is not (Markdig needs seconds for some 4,000 characters).
/// </summary>
internal static class MarkdownBlocks
{
    /// <summary>The most characters of a heading that are kept, in UTF-16 units: it is shown in a line under an answer.</summary>
    private const int LongestHeading = 300;

    /// <summary>A fenced code block that has been opened.</summary>
    /// <param name="Mark">The backtick or the tilde.</param>
    /// <param name="Length">How many of them; a closing fence has at least as many.</param>
    public readonly record struct Fence(char Mark, int Length)
    {
        /// <summary>Whether the line closes this fence.</summary>
        public bool IsClosedBy(string line)
        {
            var text = line.AsSpan().Trim();
            return IndentOf(line) <= 3 && text.Length >= Length && !text.ContainsAnyExcept(Mark);
        }
    }

    /// <summary>The fence that the line opens, or null.</summary>
    public static Fence? FenceOpenedBy(string line)
    {
        var text = line.AsSpan().TrimStart(' ');
        if (IndentOf(line) > 3 || text.Length < 3 || text[0] is not ('`' or '~'))
            return null;
        var length = text.IndexOfAnyExcept(text[0]) is var end and >= 0 ? end : text.Length;
        // A backtick after the opening run makes it inline code, not a fence.
        var isInlineCode = text[0] == '`' && text[length..].Contains('`');
        return length < 3 || isInlineCode ? null : new Fence(text[0], length);
    }

    /// <summary>The level, 1 to 6, and the text of an ATX heading (<c>## Like this</c>), or null.</summary>
    public static (int Level, string Text)? AtxHeading(string line)
    {
        var text = line.AsSpan().TrimStart(' ');
        var level = text.IndexOfAnyExcept('#') is var end and >= 0 ? end : text.Length;
        if (IndentOf(line) > 3 || level is < 1 or > 6 || (level < text.Length && text[level] is not (' ' or '\t')))
            return null;
        var title = text[level..].Trim();
        var withoutClosing = title.TrimEnd('#');
        var closes = withoutClosing.Length < title.Length && (withoutClosing.IsEmpty || withoutClosing[^1] is ' ' or '\t');
        return (level, PlainText((closes ? withoutClosing.Trim() : title).ToString()));
    }

    /// <summary>1 for a line of <c>===</c>, 2 for one of <c>---</c>: the level of the heading above it, if there is a paragraph; otherwise null.</summary>
    public static int? SetextLevel(string line)
    {
        var text = line.AsSpan().Trim();
        if (text.IsEmpty || IndentOf(line) > 3 || text.ContainsAnyExcept(text[0]))
            return null;
        return text[0] switch { '=' => 1, '-' => 2, _ => null };
    }

    /// <summary>Whether the line begins a list item, a quotation, a table row or HTML: what follows it is no setext heading.</summary>
    public static bool StartsContainer(string line)
    {
        var text = line.AsSpan().TrimStart();
        if (text.IsEmpty)
            return false;
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        return text[0] is '>' or '|' or '<'
            || (text[0] is '-' or '*' or '+' && (text.Length == 1 || text[1] is ' ' or '\t'))
            || (digits is >= 1 and <= 9 && text[digits] is '.' or ')' && text.Length > digits + 1 && text[digits + 1] == ' ');
    }

    /// <summary>Columns of white space before the text; a tab counts as four.</summary>
    public static int IndentOf(string line)
    {
        var columns = 0;
        foreach (var character in line)
        {
            if (character is not (' ' or '\t'))
                break;
            columns += character == '\t' ? 4 : 1;
        }

        return columns;
    }

    /// <summary>
    /// A heading without its inline marks: a path is shown as text, and its marks would tangle with the line around it. What is longer
    /// than <see cref="LongestHeading"/> is cut.
    /// </summary>
    public static string PlainText(string line)
    {
        var inline = line.Length <= LongestHeading ? line : line[..LongestHeading];
        var text = new System.Text.StringBuilder(inline.Length);
        for (var at = 0; at < inline.Length; at++)
        {
            if (inline[at] == '\\' && at + 1 < inline.Length && char.IsPunctuation(inline[at + 1]))
                text.Append(inline[++at]);
            else if (inline[at] == ']' && at + 1 < inline.Length && inline[at + 1] == '(' && inline.IndexOf(')', at) is var end and > 0)
                at = end;
            else if (inline[at] is not ('`' or '*' or '[' or ']'))
                text.Append(inline[at]);
        }

        return text.ToString().Trim();
    }
}
