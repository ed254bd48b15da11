using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// The second half of parsing: what stands inside paragraphs, headings and cells. It depends on nothing around them but the definitions of
/// references, so a block can be done as soon as it is closed, unless a definition still to come could change it.
/// </summary>
internal sealed class InlinePhase(BlockReader blocks)
{
    /// <summary>Rereading a block because of new definitions may cost as much as this many times the text so far; then it waits for the end.</summary>
    private const int RereadFactor = 2;

    private readonly InlineProcessor _processor = new(blocks.Document, MarkdownPolicy.InlineParsers, preciseSourcelocation: false, context: null);
    private (Block? Block, int Definitions) _waiting;
    private long _reread;

    /// <summary>No more definitions will count.</summary>
    public bool IsFinal { get; set; }

    private bool KnowsAll => IsFinal || blocks.Definitions >= ParsingLimits.MaxDefinitions;

    /// <summary>Parses what stands inside a block.</summary>
    /// <returns>False when it is not certain yet; to be asked again when more has been read.</returns>
    public bool TryParse(Block block)
    {
        if (_waiting.Block == block && !KnowsAll && (_waiting.Definitions == blocks.Definitions || _reread > (long)RereadFactor * blocks.End))
            return false;
        if (TryParseInside(block))
            return true;
        _waiting = (block, blocks.Definitions);
        return false;
    }

    private bool TryParseInside(Block block)
    {
        if (block is LeafBlock leaf)
            return !leaf.ProcessInlines || leaf.Inline is not null || TryParseLeaf(leaf);

        return block is not ContainerBlock container || container.All(TryParseInside);
    }

    private bool TryParseLeaf(LeafBlock leaf)
    {
        if (KnowsAll || !HoldsBracket(leaf.Lines))
        {
            _processor.ProcessInlineLeaf(leaf);
            return true;
        }

        var lines = Copy(leaf.Lines);
        _processor.ProcessInlineLeaf(leaf);
        if (!MarkdownPolicy.ReferenceWatch.SawOpenReference(_processor))
            return true;
        leaf.Inline = null;
        leaf.Lines = lines;
        return false;
    }

    private static bool HoldsBracket(StringLineGroup lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines.Lines[i].Slice.AsSpan().Contains(']'))
                return true;
        }

        return false;
    }

    // Parsing gives the lines' array back to Markdig's pool.
    private StringLineGroup Copy(StringLineGroup lines)
    {
        var copy = new StringLineGroup(lines.Count);
        for (var i = 0; i < lines.Count; i++)
        {
            copy.Add(ref lines.Lines[i]);
            _reread += lines.Lines[i].Slice.Length;
        }

        return copy;
    }
}
