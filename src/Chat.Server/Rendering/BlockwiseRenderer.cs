using Markdig.Extensions.Tables;
using Markdig.Helpers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// Renders a text block by block, in order, as far as it has been read. Given the whole text at once or line by line, it writes the same: every
/// decision rests on what stands before, and what could still change is not written.
/// </summary>
internal sealed partial class BlockwiseRenderer
{
    private readonly BlockReader _blocks = new();
    private readonly HtmlBuffer _html;
    private readonly SafeHtmlRenderer _renderer;
    private readonly InlinePhase _inlines;
    private bool _isStopped;

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
    /// <param name="text">Text that has not been read.</param>
    /// <param name="offset">Where it begins in the whole.</param>
    /// <param name="isEnd">Whether the last line is complete without a line break.</param>
    /// <returns>Where in <paramref name="text"/> the first line begins that is not complete.</returns>
    public int Read(string text, int offset, bool isEnd)
    {
        var from = 0;
        text = text.Replace('\0', '\uFFFD');
        while (TextLines.TryCut(text, from, isEnd, out var line, out var next))
        {
            ReadLine(line, offset + next);
            from = next;
        }

        return from;
    }

    /// <summary>The next line begins, with this character, and is not complete yet. It ends an open list that it cannot belong to.</summary>
    /// <returns>Whether it did.</returns>
    public bool BeginLine(char first)
    {
        // Below a blank line a list goes on with an indented line or a marker only.
        var ends = _blocks is { IsAfterBlank: true, Open: ListBlock } && !_isStopped
            && first > ' ' && !char.IsAsciiDigit(first) && first is not ('-' or '+' or '*');
        if (ends)
            _blocks.CloseOpen();
        return ends;
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
        if (_isStopped && PlainFrom is null)
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

        _inlines.IsFinal = _isStopped = !Try(() => _blocks.Read(line, end));
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
        if (Begun is { } begun)
            _renderer.Close(begun.Block);
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
