using Markdig;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// The guards on what Markdig is given to parse. They sit inside its block phase, not before it: there, what is a list marker and what is a line
/// of code is already decided, so a guard can neither be fooled by a text that it reads differently from the parser nor hit a text that is
/// harmless. Each works on one block and looks at nothing after it.
/// <para>
/// Containers: a list or quote deeper than <see cref="MaxContainers"/> is not opened; its marker stays text. Without this 2,000 characters
/// cost a second (security.md 0.3). Inlines: a paragraph or heading beyond <see cref="InlineGuard"/>'s figures is not parsed for inlines;
/// it is shown as escaped text.
/// </para>
/// </summary>
internal sealed class ParsingLimits : IMarkdownExtension
{
    /// <summary>Lists and quotes inside one another; each costs time on every line below it. The whole CommonMark specification needs four.</summary>
    public const int MaxContainers = 16;

    /// <summary>Characters that can open or close an inline, and lines, in one paragraph: their cost in Markdig is quadratic. 1,500 take some 4 ms.</summary>
    public const int MaxSpecials = 1_500;

    /// <summary>Columns of a table; lines that would make a wider one stay text.</summary>
    public const int MaxColumns = 50;

    /// <summary>Cells that a table may gain because its rows are shorter than its header; later short rows are shown as short as they are.</summary>
    public const int MaxPaddedCells = 2_000;

    /// <summary>
    /// Definitions of link references that are honoured in one document: the first ones. With later ones ignored instead of all, what the first
    /// ones did stays as it is when more arrive.
    /// </summary>
    public const int MaxDefinitions = 100;

    /// <inheritdoc/>
    public void Setup(MarkdownPipelineBuilder pipeline)
    {
        pipeline.BlockParsers.Replace<QuoteBlockParser>(new BoundedQuoteParser());
        pipeline.BlockParsers.Replace<ListBlockParser>(new BoundedListParser());
        pipeline.BlockParsers.Find<ParagraphBlockParser>()!.Closed += KeepInlinesInBounds;
        pipeline.BlockParsers.Find<HeadingBlockParser>()!.Closed += KeepInlinesInBounds;
    }

    /// <inheritdoc/>
    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer)
    {
    }

    private static void KeepInlinesInBounds(BlockProcessor processor, Block block)
    {
        if (block is LeafBlock leaf && !InlineGuard.Allows(leaf))
            leaf.ProcessInlines = false;
    }

    private static bool CanOpenContainer(BlockProcessor processor)
    {
        var depth = 0;
        // Containers that the current line does not continue are still on the stack, and no longer open.
        for (Block? block = processor.CurrentContainer; block is not null; block = block.Parent)
        {
            if (block.IsOpen && block is QuoteBlock or ListItemBlock)
                depth++;
        }

        return depth < MaxContainers;
    }

    private sealed class BoundedQuoteParser : QuoteBlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor) => CanOpenContainer(processor) ? base.TryOpen(processor) : BlockState.None;
    }

    private sealed class BoundedListParser : ListBlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor) => CanOpenContainer(processor) ? base.TryOpen(processor) : BlockState.None;
    }
}
