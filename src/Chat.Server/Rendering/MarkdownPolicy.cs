using Markdig;
using Markdig.Extensions.AutoLinks;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.TaskLists;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;

namespace Chat.Server.Rendering;

/// <summary>
/// What Markdown means here: the parser, and the order in which its blocks become HTML. Every extension is named; Markdig's bundles are never
/// used, since they let a text set attributes and embed media (security.md 0.2).
/// </summary>
internal static class MarkdownPolicy
{
    /// <summary>Markdig keeps no state in its parsers once they are built, so one set serves all threads.</summary>
    public static BlockParserList BlockParsers { get; }

    /// <inheritdoc cref="BlockParsers"/>
    public static InlineParserList InlineParsers { get; }

    /// <summary>The one of <see cref="InlineParsers"/> that notices what a later definition could change.</summary>
    public static ReferenceWatch ReferenceWatch { get; }

    static MarkdownPolicy()
    {
        var builder = CreateBuilder();
        builder.InlineParsers.Replace<LinkInlineParser>(ReferenceWatch = new ReferenceWatch());
        _ = builder.Build();
        BlockParsers = new BlockParserList(builder.BlockParsers);
        InlineParsers = new InlineParserList(builder.InlineParsers);
    }

    /// <summary>A builder with exactly what is allowed.</summary>
    public static MarkdownPipelineBuilder CreateBuilder()
    {
        var builder = new MarkdownPipelineBuilder();
        builder.Extensions.Add(new TableParser());
        builder.Extensions.Add(new TaskListExtension());
        builder.Extensions.Add(new EmphasisExtraExtension(EmphasisExtraOptions.Strikethrough));
        builder.Extensions.Add(new AutoLinkExtension(new AutoLinkOptions { UseHttpsForWWWLinks = true }));
        builder.Extensions.Add(new ParsingLimits());
        return builder.DisableHtml();
    }

    /// <summary>Renders a text block by block, and as plain text from the first block, item or row that cannot be.</summary>
    /// <param name="markdown">The text.</param>
    /// <param name="fault">What Markdig threw, or null. It is only reported; the HTML is right without anybody looking at it.</param>
    public static string Render(string markdown, out Exception? fault)
    {
        using var html = new HtmlBuffer(2 * Math.Min(markdown.Length, SafeMarkdown.MaxLength) + 64);
        var renderer = new BlockwiseRenderer(html);
        renderer.Read(markdown, offset: 0, isEnd: true);
        renderer.Finish();
        while (renderer.ReleaseNext())
        {
        }

        if (renderer.PlainFrom is { } plain)
            PlainText.Write(html, markdown.AsSpan(plain));
        fault = renderer.Fault;
        return html.ToString();
    }
}
