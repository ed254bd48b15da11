namespace Chat.Server.Rendering;

/// <summary>The form in which a text is shown that is not rendered as Markdown: escaped, its line breaks kept.</summary>
internal static class PlainText
{
    private const string Opening = "<pre class=\"plain\">";
    private const string Closing = "</pre>\n";

    /// <summary>The most that the form adds to the escaped text, in characters.</summary>
    public const int Overhead = 32;

    /// <summary>The escaped form of a whole text: at most six characters for each one.</summary>
    public static string ToHtml(ReadOnlySpan<char> text)
    {
        using var html = new HtmlBuffer(text.Length + Overhead);
        Write(html, text);
        return html.ToString();
    }

    /// <summary>Appends the escaped form of <paramref name="text"/>; the caller has left room for it.</summary>
    public static void Write(HtmlBuffer html, ReadOnlySpan<char> text)
    {
        Open(html, text);
        html.Text(text);
        Close(html);
    }

    /// <summary>Appends what stands before the escaped text, which begins with <paramref name="text"/>.</summary>
    public static void Open(HtmlBuffer html, ReadOnlySpan<char> text)
    {
        html.EndLine();
        html.Raw(Opening);
        // A parser of HTML swallows one line feed right after the tag.
        if (text.StartsWith('\n') || text.StartsWith('\r'))
            html.Raw("\n");
    }

    /// <summary>Appends what stands after the escaped text.</summary>
    public static void Close(HtmlBuffer html) => html.Raw(Closing);
}
