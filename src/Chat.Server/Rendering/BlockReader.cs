using Markdig.Extensions.Tables;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// The first half of parsing, line by line: which blocks there are, and since when each is closed. A closed block of the top level never changes
/// again, whatever follows; Markdig's own parsers decide, so there is no second reading of the rules.
/// </summary>
internal sealed class BlockReader
{
    private readonly BlockProcessor _processor;
    private readonly LinkReferenceDefinitionGroup _definitions;
    private readonly List<int> _lineStarts = [];
    private int _seen;

    public BlockReader()
    {
        _processor = new BlockProcessor(Document, MarkdownPolicy.BlockParsers, context: null);
        // Asked for here, the group does not become a block of the document.
        _definitions = Document.GetLinkReferenceDefinitions(addGroup: false);
    }

    public MarkdownDocument Document { get; } = [];

    /// <summary>Definitions of references, at most <see cref="ParsingLimits.MaxDefinitions"/>.</summary>
    public int Definitions => _definitions.Count;

    /// <summary>Closed blocks that have not been taken yet.</summary>
    public Queue<ClosedBlock> Closed { get; } = new();

    /// <summary>The block of the top level that the next line may still change.</summary>
    public Block? Open { get; private set; }

    /// <summary>Where <see cref="Open"/> begins.</summary>
    public int OpenStart { get; private set; }

    /// <summary>Where the lines read so far end, in characters.</summary>
    public int End { get; private set; }

    /// <summary>Whether the last line read is blank.</summary>
    public bool IsAfterBlank { get; private set; }

    /// <summary>Where a line begins, and so the one before it ends.</summary>
    public int StartOf(int line) => line < _lineStarts.Count ? _lineStarts[line] : End;

    /// <summary>Reads one line.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="end">Where it ends in the text, its line break included.</param>
    public void Read(StringSlice line, int end)
    {
        var start = End;
        _lineStarts.Add(start);
        End = end;
        IsAfterBlank = !line.AsSpan().ContainsAnyExcept(' ', '\t');
        _processor.ProcessLine(line);
        TakeClosed(start);
    }

    /// <summary>Closes the open block: the next line is known not to belong to it.</summary>
    public void CloseOpen()
    {
        _processor.Close(Open!);
        TakeClosed(End);
    }

    /// <summary>There are no more lines.</summary>
    public void Close()
    {
        _processor.Close(Document);
        TakeClosed(End);
    }

    /// <summary>Adopts the definitions of another text, as if they stood above.</summary>
    public void Adopt(BlockReader other)
    {
        foreach (var (label, definition) in other._definitions.Links)
            _definitions.Set(label, new LinkReferenceDefinition(label, definition.Url, definition.Title));
    }

    private void TakeClosed(int lineStart)
    {
        DropDefinitions();
        // Whatever was open began earlier; what else there is begins with this line, or, a table, with the line above.
        var start = Open is null ? lineStart : OpenStart;
        Open = null;
        while (_seen < Document.Count)
        {
            var block = Document[_seen];
            if (_processor.IsOpen(block))
            {
                Open = block;
                break;
            }

            _seen++;
            var next = _seen < Document.Count ? StartOf(Document[_seen], lineStart) : End;
            Closed.Enqueue(new ClosedBlock(block, start, next));
            start = next;
        }

        OpenStart = start;
    }

    private int StartOf(Block block, int lineStart) => block is Table table ? StartOf(table[0].Line) : lineStart;

    private void DropDefinitions()
    {
        while (_definitions.Count > ParsingLimits.MaxDefinitions)
        {
            var last = (LinkReferenceDefinition)_definitions.LastChild!;
            _definitions.RemoveAt(_definitions.Count - 1);
            if (last.Label is { } label && _definitions.Links.TryGetValue(label, out var linked) && linked == last)
                _definitions.Links.Remove(label);
        }
    }
}

/// <summary>A block of the top level that is complete.</summary>
/// <param name="Block">The block; what stands inside it is not parsed.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Where what belongs to it ends, in UTF-16 units: no character before it will be part of a later block.</param>
internal readonly record struct ClosedBlock(Block Block, int Start, int End);
