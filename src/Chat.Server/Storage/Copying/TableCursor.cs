namespace Chat.Server.Storage.Copying;

/// <summary>Reads a page: rows of the table whose first column comes after that number.</summary>
internal delegate Task<IReadOnlyList<object?[]>> PageReader(Sql page, object arguments);

/// <summary>A table's rows one by one in the order of their keys, held a page at a time.</summary>
internal sealed class TableCursor(CopiedTable table, PageReader read, long after)
{
    /// <summary>How many rows a page has, and a transaction writes.</summary>
    public const int PageSize = 500;

    private IReadOnlyList<object?[]> _page = [];
    private int _next;
    private long _after = after;

    /// <summary>The row that it stands on; null past the last.</summary>
    public object?[]? Row { get; private set; }

    /// <summary>Goes on to the next row.</summary>
    public async ValueTask AdvanceAsync()
    {
        if (_next == _page.Count)
        {
            var page = await read(table.Page, new { after = _after, limit = PageSize });
            // Engines disagree about the order of texts: where one is part of the key, the order is ours.
            _page = table.KeyColumns > 1 ? [.. page.Order(Comparer<object?[]>.Create(table.CompareKeys))] : page;
            _next = 0;
        }

        Row = _page.Count == 0 ? null : _page[_next++];
        if (Row is not null)
            _after = (long)Row[0]!;
    }
}

/// <summary>A row of either side beside its counterpart; one of them is null where there is none.</summary>
internal readonly record struct RowPair(object?[]? Source, object?[]? Target)
{
    /// <summary>Whether both sides have the row, with the same values.</summary>
    public bool IsSame
    {
        get
        {
            if (Source is not { } source || Target is not { } target)
                return false;
            for (var column = 0; column < source.Length; column++)
            {
                if (!CopiedValue.Same(source[column], target[column]))
                    return false;
            }

            return true;
        }
    }
}

/// <summary>A table on both sides.</summary>
internal sealed class TablePair(CopiedTable table, DbSession source, Database target, CancellationToken cancellationToken)
{
    /// <summary>
    /// Every row of either side with its counterpart, in the order of their keys. The target is read a page at a time and not
    /// within one transaction, so what has been passed may be written meanwhile.
    /// </summary>
    /// <param name="after">The number to begin after.</param>
    /// <param name="toEndOfTarget">Whether to stop after the target's last row, whatever the source still has.</param>
    public async IAsyncEnumerable<RowPair> CompareAsync(long after = long.MinValue, bool toEndOfTarget = false)
    {
        var theirs = new TableCursor(table, (page, arguments) => target.ReadAsync(session => session.RowsAsync(page, arguments), cancellationToken), after);
        await theirs.AdvanceAsync();
        if (toEndOfTarget && theirs.Row is null)
            yield break;
        var ours = new TableCursor(table, source.RowsAsync, after);
        await ours.AdvanceAsync();
        while (theirs.Row is not null || (ours.Row is not null && !toEndOfTarget))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pair = Match(ours.Row, theirs.Row);
            yield return pair;
            if (pair.Source is not null)
                await ours.AdvanceAsync();
            if (pair.Target is not null)
                await theirs.AdvanceAsync();
        }
    }

    private RowPair Match(object?[]? source, object?[]? target)
    {
        if (source is null || target is null)
            return new RowPair(source, target);
        return table.CompareKeys(source, target) switch
        {
            < 0 => new RowPair(source, null),
            > 0 => new RowPair(null, target),
            _ => new RowPair(source, target),
        };
    }
}
