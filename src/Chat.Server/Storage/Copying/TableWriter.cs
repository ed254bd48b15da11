namespace Chat.Server.Storage.Copying;

/// <summary>Writes a table's rows, a page of them in one transaction: all are kept, or none.</summary>
/// <param name="table">The table.</param>
/// <param name="target">Where it is written.</param>
/// <param name="written">Is told after each transaction how many rows there have been.</param>
/// <param name="cancellationToken">Ends it between two statements; what the transaction had is undone.</param>
internal sealed class TableWriter(CopiedTable table, Database target, Action<long> written, CancellationToken cancellationToken)
{
    private readonly List<object?[]> _deleted = [];
    private readonly List<object?[]> _changed = [];
    private readonly List<object?[]> _added = [];
    private long _rows;

    /// <summary>Takes a row out; with the rest of the page.</summary>
    public ValueTask DeleteAsync(object?[] row) => CollectAsync(_deleted, row);

    /// <summary>Writes the row over the one of the same key.</summary>
    public ValueTask UpdateAsync(object?[] row) => CollectAsync(_changed, row);

    /// <summary>Adds a row, under its own number.</summary>
    public ValueTask InsertAsync(object?[] row) => CollectAsync(_added, row);

    /// <summary>Writes what has been collected.</summary>
    public async Task FlushAsync()
    {
        var rows = _deleted.Count + _changed.Count + _added.Count;
        if (rows == 0)
            return;
        await target.WriteAsync(WriteAsync, cancellationToken);
        _deleted.Clear();
        _changed.Clear();
        _added.Clear();
        written(_rows += rows);
    }

    private async ValueTask CollectAsync(List<object?[]> rows, object?[] row)
    {
        rows.Add(row);
        if (_deleted.Count + _changed.Count + _added.Count == TableCursor.PageSize)
            await FlushAsync();
    }

    // May run again from its start after a conflict: it only reads what was collected.
    private async Task<bool> WriteAsync(DbSession session)
    {
        foreach (var row in _deleted)
            await session.WriteRowsAsync(table.Delete, [row], table.Columns.Take(table.KeyColumns));
        foreach (var row in _changed)
            await session.WriteRowsAsync(table.Update, [row], table.Columns);
        foreach (var block in _added.Chunk(table.RowsAtOnce))
        {
            if (block.Length == table.RowsAtOnce)
            {
                await session.WriteRowsAsync(table.InsertMany, block, table.Columns);
                continue;
            }

            foreach (var row in block)
                await session.WriteRowsAsync(table.InsertOne, [row], table.Columns);
        }

        return true;
    }
}
