using Markdig.Extensions.Tables;
using Markdig.Helpers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// Renders a text block by block, in order, as far as it has been read. Given the whole text at once or line by line, it writes the same: every
/// decision rests on what stands before, and what could still change is not written.
/// </summary>
internal sealed class BlockwiseRenderer
{
    private readonly BlockReader _blocks = new();
    private readonly HtmlBuffer _html;
    private readonly SafeHtmlRenderer _renderer;
    private readonly InlinePhase _inlines;
    private bool _isStopped;

    // Of the block that is being written: how many of its items, rows or lines are.
    private int _parts;
    private int _looseChecked;
    private bool _isLoose;

    public BlockwiseRenderer(HtmlBuffer html)
    {
        _html = html;
        _renderer = new SafeHtmlRenderer(html);
        _inlines = new InlinePhase(_blocks);
    }

    /// <summary>How much of the text has been rendered, in UTF-16 units. What follows is open.</summary>
    public int Rendered { get; private set; }

    /// <summary>From where the text is to be shown as it is, when it is; nothing more is rendered then.</summary>
    public int? PlainFrom { get; private set; }

    /// <summary>The block whose opening has been written and whose closing has not, and where it begins in the text.</summary>
    public (Block Block, int Start)? Begun { get; private set; }

    /// <summary>What Markdig threw, if it did.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Reads the lines that are complete.</summary>
    /// <param name="text">Text, from some way back on.</param>
    /// <param name="from">Where in it the first unread line begins.</param>
    /// <param name="offset">Where it begins in the whole.</param>
    /// <param name="isEnd">Whether the last line is complete without a line break.</param>
    /// <returns>Where in <paramref name="text"/> the first line begins that is not complete.</returns>
    public int Read(string text, int from, int offset, bool isEnd)
    {
        text = text.Replace('\0', '\uFFFD');
        while (TextLines.TryCut(text, from, isEnd, out var line, out var next))
        {
            ReadLine(line, offset + next);
            from = next;
        }

        return from;
    }

    /// <summary>There are no more lines: everything is certain.</summary>
    public void Finish()
    {
        _inlines.IsFinal = true;
        _isStopped = _isStopped || !Try(_blocks.Close);
    }

    /// <inheritdoc cref="BlockReader.StartOf(int)"/>
    public int StartOf(int line) => _blocks.StartOf(line);

    /// <summary>Takes over the definitions that another has read.</summary>
    public void Adopt(BlockwiseRenderer other) => _blocks.Adopt(other._blocks);

    /// <summary>Writes the rest of the next block, or, when no block is complete, the parts of the open one that are certain.</summary>
    /// <returns>Whether there may be more: true after a complete block.</returns>
    public bool ReleaseNext()
    {
        if (PlainFrom is not null)
            return false;
        if (_blocks.Closed.TryPeek(out var closed))
            return TryFinish(closed);

        if (_blocks.Open is { } open)
            Begin(open);
        else
            Rendered = _blocks.End;
        if (_isStopped)
            ShowPlain(Rendered);
        return false;
    }

    private void ReadLine(StringSlice line, int end)
    {
        if (_isStopped || end > SafeMarkdown.MaxLength)
        {
            _inlines.IsFinal = _isStopped = true;
            return;
        }

        Try(() => _blocks.Read(line, end));
        _inlines.IsFinal = _isStopped = Fault is not null;
    }

    private bool TryFinish(ClosedBlock closed)
    {
        var (block, start, end) = closed;
        var isDone = block switch
        {
            ListBlock list => TryWriteParts(list, list.Count, closed) && Close(block),
            Table table => TryWriteParts(table, table.Count, closed) && Close(block),
            FencedCodeBlock fence => WriteLines(fence, start) && Close(block),
            _ => TryWrite(block, (start, end), () => _renderer.Write(block)),
        };
        if (!isDone)
            return false;

        _blocks.Closed.Dequeue();
        Rendered = end;
        return true;
    }

    private void Begin(Block open)
    {
        var closed = new ClosedBlock(open, _blocks.OpenStart, _blocks.End);
        switch (open)
        {
            case ListBlock list when IsLoose(list):
                // The last item may still grow.
                TryWriteParts(list, list.Count - 1, closed);
                break;
            case Table table:
                TryWriteParts(table, table.Count, closed);
                break;
            case FencedCodeBlock fence:
                WriteLines(fence, closed.Start);
                Rendered = _blocks.End;
                break;
        }
    }

    /// <summary>A list is loose for good once there is a blank line inside or below one of its items that is not the last.</summary>
    private bool IsLoose(ListBlock list)
    {
        for (; !_isLoose && _looseChecked < list.Count - 1; _looseChecked++)
        {
            var item = (ListItemBlock)list[_looseChecked];
            _isLoose = item.LastChild is BlankLineBlock || item.Skip(1).Any(child => child is BlankLineBlock);
        }

        return _isLoose;
    }

    private bool TryWriteParts(ContainerBlock block, int count, ClosedBlock extent)
    {
        while (_parts < count)
        {
            var part = block[_parts];
            // The first part of a table is its header, and the line of dashes belongs to it.
            var nextLine = block is Table ? part.Line + (_parts == 0 ? 2 : 1) : _parts + 1 < block.Count ? block[_parts + 1].Line : int.MaxValue;
            var start = _parts == 0 ? extent.Start : _blocks.StartOf(part.Line);
            var end = Math.Min(_blocks.StartOf(nextLine), extent.End);
            if (!TryWrite(part, (start, end), () => WritePart(block, extent.Start)))
                return false;
            _parts++;
            Rendered = end;
        }

        return true;
    }

    private void WritePart(ContainerBlock block, int start)
    {
        if (_parts == 0)
            _renderer.Open(block);
        _renderer.WritePart(block, _parts, _isLoose || block is ListBlock { IsLoose: true });
        Begun = (block, start);
    }

    /// <summary>Lines of code need no limit: each is at most six times as long as its text and a line break, less than the budget grows by.</summary>
    private bool WriteLines(FencedCodeBlock fence, int start)
    {
        _html.Limit = int.MaxValue;
        if (Begun is null)
            _renderer.Open(fence);
        Begun = (fence, start);
        for (; _parts < fence.Lines.Count; _parts++)
            _renderer.WriteLine(fence, _parts);
        return true;
    }

    private bool Close(Block block)
    {
        _html.Limit = int.MaxValue;
        _renderer.Close(block);
        (Begun, _parts, _looseChecked, _isLoose) = (null, 0, 0, false);
        return true;
    }

    /// <summary>Writes a block or a part of one, if what is inside is certain and the HTML fits; what does not fit is shown as text, with all after it.</summary>
    private bool TryWrite(Block block, (int Start, int End) extent, Action write)
    {
        var isCertain = false;
        var before = _html.Length;
        _html.Limit = OutputBudget.After(extent.End);
        var fits = Try(() =>
        {
            isCertain = _inlines.TryParse(block);
            if (isCertain)
                write();
        });
        if (fits)
            return isCertain;

        _html.Length = before;
        ShowPlain(extent.Start);
        return false;
    }

    private void ShowPlain(int from)
    {
        _html.Limit = int.MaxValue;
        if (_parts > 0 || Begun is { Block: FencedCodeBlock })
            _renderer.Close(Begun!.Value.Block);
        Begun = null;
        PlainFrom = from;
    }

    private bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (OutputOverrunException)
        {
            return false;
        }
#pragma warning disable CA1031 // A text that a parser stumbles over must not make a conversation unreadable: security.md A10.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fault ??= exception;
            return false;
        }
    }
}
