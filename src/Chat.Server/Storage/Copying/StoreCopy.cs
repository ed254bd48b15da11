using System.Data.Common;

namespace Chat.Server.Storage.Copying;

/// <summary>How far a copy has come.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Table">With which table.</param>
/// <param name="Rows">How many rows of it have been written, or compared.</param>
internal sealed record CopyProgress(string Step, string Table, long Rows);

/// <summary>What a copied table came to.</summary>
/// <param name="Table">The table.</param>
/// <param name="Source">Rows and sums, counted by the source's engine.</param>
/// <param name="Target">Rows and sums, counted by the target's engine.</param>
/// <param name="Differences">Rows that one side does not have, or has with other values.</param>
internal sealed record TableOutcome(CopiedTable Table, IReadOnlyList<long> Source, IReadOnlyList<long> Target, long Differences)
{
    /// <summary>Whether both sides are the same.</summary>
    public bool IsSame => Differences == 0 && Source.SequenceEqual(Target);
}

/// <summary>The copy may not be made, or cannot go on; the message says why, for people.</summary>
internal sealed class CopyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Makes the tables of one store the same as those of another, whichever engines they are on. It writes what differs and
/// nothing else, so it may be stopped at any instant and run again: then it goes on, and takes up what has changed in the
/// source since. The target's last table is emptied first and filled last: it is the one that nothing can be served without.
/// </summary>
/// <param name="tables">In an order in which no row refers to one of a later table.</param>
/// <param name="source">One state of the source.</param>
/// <param name="target">Migrated, and served by nobody.</param>
/// <param name="progress">Is told after each transaction.</param>
/// <param name="cancellationToken">Ends it between two statements.</param>
internal sealed class StoreCopy(
    IReadOnlyList<CopiedTable> tables, DbSession source, Database target, Action<CopyProgress> progress, CancellationToken cancellationToken)
{
    // Lines of progress while a large table is read again.
    private const int ComparedAtOnce = 20 * TableCursor.PageSize;

    private static readonly Sql ChannelNumbers = Sql.Portable("SELECT channel_id FROM dbo.channels;");

    /// <summary>Copies, and gives what comparing all of it again came to.</summary>
    /// <exception cref="CopyException">The target is the source, or holds other data, and nothing was changed; or an engine refused a statement.</exception>
    /// <exception cref="StoreUnavailableException">One of the two is out of reach.</exception>
    public async Task<IReadOnlyList<TableOutcome>> RunAsync()
    {
        try
        {
            await CheckAsync();
            await WriteAsync();
            return await VerifyAsync();
        }
        catch (DbException fault)
        {
            throw new CopyException($"The copy cannot go on: {fault.Message} What is copied stays; run it again to go on from there.", fault);
        }
    }

    // Refuses a target that is the source, or holds anything but an earlier copy of it.
    private async Task CheckAsync()
    {
        if (await StoreIdentity.ReadAsync(source) == await target.ReadAsync(StoreIdentity.ReadAsync, cancellationToken))
            throw new CopyException("The target is the database that is to be copied. Nothing was changed.");
        HashSet<long> channels = [.. await source.ListAsync<long>(ChannelNumbers)];
        foreach (var table in tables.Where(table => table.Birthmarks.Count > 0))
        {
            var highest = (long)(await source.RowsAsync(table.HighestNumber))[0][0]!;
            await foreach (var pair in Pair(table).CompareAsync(toEndOfTarget: true))
            {
                if (pair.Target is { } row && !MayBeACopy(table, pair, highest, channels))
                {
                    throw new CopyException(
                        $"The target holds data that is not of this source: row {row[0]} of {table.Name}. Nothing was changed. "
                        + "Name an empty database, or one that holds an earlier copy and has answered nobody since.");
                }
            }
        }
    }

    private async Task WriteAsync()
    {
        // Rows go before what they refer to, and come after it.
        var resume = new Dictionary<CopiedTable, long>();
        foreach (var table in tables.Reverse())
            resume[table] = await RemoveAsync(table, everything: table == tables[^1]);
        foreach (var table in tables)
            await AddAsync(table, resume[table]);
    }

    // Reads everything again on both sides and compares it: each value, and what the engines count and sum.
    private async Task<IReadOnlyList<TableOutcome>> VerifyAsync()
    {
        List<TableOutcome> outcomes = [];
        foreach (var table in tables)
        {
            long compared = 0, differences = 0;
            await foreach (var pair in Pair(table).CompareAsync())
            {
                differences += pair.IsSame ? 0 : 1;
                if (++compared % ComparedAtOnce == 0)
                    progress(new CopyProgress("compared", table.Name, compared));
            }

            var theirs = await target.ReadAsync(session => session.RowsAsync(table.Totals), cancellationToken);
            outcomes.Add(new TableOutcome(table, Numbers(await source.RowsAsync(table.Totals)), Numbers(theirs), differences));
        }

        return outcomes;
    }

    private static List<long> Numbers(IReadOnlyList<object?[]> totals) => [.. totals[0].Select(number => (long)number!)];

    // What the source has under the same number must be the same thing. What it does not have, it must have had and deleted.
    private static bool MayBeACopy(CopiedTable table, RowPair pair, long highest, HashSet<long> channels)
    {
        var row = pair.Target!;
        if (pair.Source is { } original)
            return table.Birthmarks.All(column => CopiedValue.Same(table.ValueOf(original, column), table.ValueOf(row, column)));
        return (long)row[0]! <= highest && !(table.IsAppendOnly && channels.Contains((long)table.ValueOf(row, "channel_id")!));
    }

    private TablePair Pair(CopiedTable table) => new(table, source, target, cancellationToken);

    // Gives the number after which the target may lack rows.
    private async Task<long> RemoveAsync(CopiedTable table, bool everything)
    {
        var writer = new TableWriter(table, target, rows => progress(new CopyProgress("brought up to date", table.Name, rows)), cancellationToken);
        long? firstMissing = null, last = null;
        await foreach (var (ours, theirs) in Pair(table).CompareAsync(toEndOfTarget: true))
        {
            if (theirs is null)
            {
                firstMissing ??= (long)ours![0]!;
                continue;
            }

            last = (long)theirs[0]!;
            if (ours is null || everything)
                await writer.DeleteAsync(theirs);
            else if (!new RowPair(ours, theirs).IsSame)
                await writer.UpdateAsync(ours);
        }

        await writer.FlushAsync();
        return everything || last is null ? long.MinValue : (firstMissing ?? last.Value) - 1;
    }

    private async Task AddAsync(CopiedTable table, long after)
    {
        var writer = new TableWriter(table, target, rows => progress(new CopyProgress("copied", table.Name, rows)), cancellationToken);
        await foreach (var (ours, theirs) in Pair(table).CompareAsync(after))
        {
            if (theirs is null)
                await writer.InsertAsync(ours!);
        }

        await writer.FlushAsync();
        // Outside a transaction: the engine's counter does not take part in any.
        await target.ReadAsync(session => session.RowsAsync(table.Renumber), cancellationToken);
    }
}
