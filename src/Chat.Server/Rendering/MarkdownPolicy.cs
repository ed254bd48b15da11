using Markdig;
using Markdig.Extensions.AutoLinks;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// What Markdown means here: the parser, and the order in which its blocks become HTML. Every extension is named; Markdig's bundles are never
/// used, since they let a text set attributes and embed media (security.md 0.2).
/// </summary>
internal static class MarkdownPolicy
{
    /// <summary>
    /// How deep Markdig's own tree may be before it refuses a text. While it parses, each unmatched delimiter of a paragraph, and each pipe,
    /// is a level of its own; Markdig's default of 128 would refuse ordinary long tables. What we write is limited by <see cref="SafeHtmlRenderer"/>.
    /// </summary>
    private const int MaxTreeDepth = 8_000;

    private static readonly MarkdownPipeline Pipeline = CreateBuilder().Build();

    /// <summary>A builder with exactly what is allowed.</summary>
    public static MarkdownPipelineBuilder CreateBuilder()
    {
        var builder = new MarkdownPipelineBuilder { MaximumNestingDepth = MaxTreeDepth };
        builder.Extensions.Add(new PipeTableExtension(new PipeTableOptions { UseHeaderForColumnCount = true }));
        builder.Extensions.Add(new TaskListExtension());
        builder.Extensions.Add(new EmphasisExtraExtension(EmphasisExtraOptions.Strikethrough));
        builder.Extensions.Add(new AutoLinkExtension(new AutoLinkOptions { UseHttpsForWWWLinks = true }));
        builder.Extensions.Add(new ParsingLimits());
        return builder.DisableHtml();
    }

    /// <summary>Parses a text. Markdig's pipeline keeps no state between calls once it is built, so one serves all threads.</summary>
    public static MarkdownDocument Parse(string markdown) => Markdown.Parse(markdown, Pipeline);

    /// <summary>Renders a text block by block, and as plain text from the first block that overruns the budget.</summary>
    /// <exception cref="Exception">Markdig could not parse the text, or made something of it that is not on the list.</exception>
    public static string Render(string markdown)
    {
        var document = Parse(markdown);
        using var html = new HtmlBuffer(2 * markdown.Length + 64);
        var renderer = new SafeHtmlRenderer(html, document);

        var consumed = 0;
        foreach (var block in document)
        {
            var before = html.Length;
            consumed = Math.Clamp(block.Span.End + 1, consumed, markdown.Length);
            html.Limit = OutputBudget.After(consumed);
            if (renderer.TryWrite(block))
                continue;
            html.Length = before;
            html.Limit = int.MaxValue;
            PlainText.Write(html, markdown.AsSpan(Math.Clamp(block.Span.Start, 0, markdown.Length)));
            break;
        }

        return html.ToString();
    }
}
