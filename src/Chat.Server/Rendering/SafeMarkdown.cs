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
/// What would be longer is shown as escaped text, <c>&lt;pre class="plain"&gt;</c>: from the first block, list item or table row that does not fit
/// to the end. So is what comes after the first <see cref="MaxLength"/> characters, and what Markdig refuses to parse.
/// </para>
/// <para>
/// All of these rules look at what came before and never at what comes after, so that a reply can be rendered while it arrives
/// (<see cref="IncrementalMarkdown"/>). Only a reference may take its target from a definition that stands below it.
/// </para>
/// </summary>
public static class SafeMarkdown
{
    /// <summary>How much of a text is parsed, in UTF-16 units and whole lines: twice the longest reply that any model of the catalogue gives.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Renders <paramref name="markdown"/>; never throws.</summary>
    /// <param name="markdown">Any string, well-formed UTF-16 or not; null counts as empty.</param>
    /// <returns>HTML: a sequence of block elements, each ending in a line feed; empty for blank text.</returns>
    public static string ToHtml(string markdown) => string.IsNullOrEmpty(markdown) ? "" : MarkdownPolicy.Render(markdown, out _);
}
