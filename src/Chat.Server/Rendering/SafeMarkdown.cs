namespace Chat.Server.Rendering;

/// <summary>
/// Markdown, as a visitor or a model wrote it, made into HTML that can be put into a page as it is. Pure and safe to call from any thread.
/// <para>
/// The HTML holds only the elements and attributes that <see cref="SafeHtmlRenderer"/> can write: no raw HTML, no id, no style, no image, no
/// form control, no script, and no link but to http, https or mailto. A link to anything else, a relative one included (a reply has no base
/// to be relative to), is shown as its text.
/// </para>
/// <para>
/// The HTML is at most <see cref="OutputBudget.PerCharacter"/> times as long as the Markdown plus <see cref="OutputBudget.Allowance"/> characters.
/// What would be longer is shown as escaped text, <c>&lt;pre class="plain"&gt;</c>: from the first block that does not fit to the end. What Markdig
/// refuses to parse, and anything longer than <see cref="MaxLength"/>, is shown so as a whole.
/// </para>
/// </summary>
public static class SafeMarkdown
{
    /// <summary>The longest text that is parsed at all, in UTF-16 units: twice the longest reply that any model of the catalogue gives.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Renders <paramref name="markdown"/>; never throws.</summary>
    /// <param name="markdown">Any string, well-formed UTF-16 or not; null counts as empty.</param>
    /// <returns>HTML: a sequence of block elements, each ending in a line feed; empty for blank text.</returns>
    public static string ToHtml(string markdown)
    {
        if (string.IsNullOrEmpty(markdown))
            return "";
        if (markdown.Length > MaxLength)
            return PlainText.ToHtml(markdown);

        try
        {
            return MarkdownPolicy.Render(markdown);
        }
#pragma warning disable CA1031 // A text that a parser stumbles over must not make a conversation unreadable: security.md A10.
        catch (Exception)
#pragma warning restore CA1031
        {
            return PlainText.ToHtml(markdown);
        }
    }
}
