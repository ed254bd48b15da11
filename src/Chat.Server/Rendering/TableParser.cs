using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// Tables by the rules of GitHub Flavored Markdown: a line of a paragraph and below it a line of dashes with as many cells begin one, and every
/// line up to a blank one, to a lone pipe or to one that begins another block, is a row. Cells are cut before their content is looked at.
/// <para>
/// Markdig's own parser decides from the whole paragraph, inlines included, so that a table is not certain before its last line. Here each
/// row is certain when its line ends. A row that is shorter than the header is filled up, a longer one is cut.
/// </para>
/// </summary>
internal sealed class TableParser : BlockParser, IMarkdownExtension
{
    /// <inheritdoc/>
    public void Setup(MarkdownPipelineBuilder pipeline) => pipeline.BlockParsers.InsertBefore<ParagraphBlockParser>(this);

    /// <inheritdoc/>
    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer)
    {
    }

    /// <inheritdoc/>
    /// <remarks>Asked for every line that no other block begins with, before it would go on with a paragraph.</remarks>
    public override BlockState TryOpen(BlockProcessor processor) => processor switch
    {
        { IsCodeIndent: true } or { IsBlankLine: true } => BlockState.None,
        { CurrentBlock: ParagraphBlock { Parent.IsOpen: true } paragraph } => TryOpenTable(processor, paragraph),
        { CurrentBlock: Table { Parent.IsOpen: true } table } => AddRow(processor, table),
        _ => BlockState.None,
    };

    /// <inheritdoc/>
    /// <remarks>Other blocks have the first word about a line, as below a paragraph; <see cref="TryOpen"/> takes what they leave.</remarks>
    public override BlockState TryContinue(BlockProcessor processor, Block block) => BlockState.None;

    private BlockState TryOpenTable(BlockProcessor processor, ParagraphBlock paragraph)
    {
        if (processor.CurrentChar is not ('|' or '-' or ':') || TableRows.ParseDelimiters(processor.Line) is not { } columns)
            return BlockState.None;

        var lines = paragraph.Lines.Count;
        var header = paragraph.Lines.Lines[lines - 1];
        var cells = TableRows.Split(header.Slice);
        if (cells.Count != columns.Count)
            return BlockState.None;

        var table = new Table(this);
        table.ColumnDefinitions.AddRange(columns);
        TableRows.Add(table, cells, header.Line);
        if (lines > 1)
            paragraph.Lines.RemoveAt(lines - 1);
        else
            processor.Discard(paragraph);
        processor.NewBlocks.Push(table);
        return BlockState.ContinueDiscard;
    }

    private static BlockState AddRow(BlockProcessor processor, Table table)
    {
        var cells = TableRows.Split(processor.Line);
        if (cells.Count == 0)
            return BlockState.None;
        TableRows.Add(table, cells, processor.LineIndex);
        table.IsOpen = true;
        return BlockState.BreakDiscard;
    }
}
