using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>Lists, tables and code, of which a part can be certain before the whole is.</summary>
internal sealed partial class BlockwiseRenderer
{
    // Of the block that is being written: how many of its items, rows or lines are.
    private int _parts;
    private int _looseChecked;
    private bool _isLoose;

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
}
