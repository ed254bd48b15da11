namespace Chat.Server.Providers.Guide;

/// <summary>A piece of the knowledge that can be an answer by itself.</summary>
/// <param name="Path">The headings above it as plain text, outermost first, its own last; empty for text before the first heading.</param>
/// <param name="Markdown">Its text without the heading; never blank.</param>
/// <param name="IsListOfHeadings">Whether the text was made from the headings below, because the section has none of its own.</param>
internal sealed record KnowledgeSection(IReadOnlyList<string> Path, string Markdown, bool IsListOfHeadings = false)
{
    /// <summary>The nearest heading; empty before the first one.</summary>
    public string Heading => Path.Count == 0 ? "" : Path[^1];

    /// <summary>The headings above the nearest one.</summary>
    public string Ancestors => string.Join(' ', Path.SkipLast(1));
}
