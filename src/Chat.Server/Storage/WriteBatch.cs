using System.Data.Common;

namespace Chat.Server.Storage;

/// <summary>
/// One transaction and the works in it. Each is kept or discarded by itself, and what fails takes nothing of another along: works that
/// have all to be kept, as nearly always, need nothing for that; where one has changed something that must be undone, all are run
/// again, and each has its savepoint.
/// </summary>
internal static class WriteBatch
{
    /// <summary>What each work's savepoint is called.</summary>
    internal const string Savepoint = "work";

    /// <summary>Runs works and commits them together. Every one has ended when this has.</summary>
    public static async Task RunAsync(Database database, IReadOnlyList<PendingWrite> writes)
    {
        if (writes.Count > 1 && !await TogetherAsync(database, writes, PlainAsync))
            await TogetherAsync(database, [.. writes.Where(write => !write.IsOver)], GuardedAsync);
        // Alone from the start, or as if they had not met.
        foreach (var write in writes)
        {
            if (!write.IsOver)
                await AloneAsync(database, write);
        }
    }

    private static async Task AloneAsync(Database database, PendingWrite write)
    {
        try
        {
            await using var connection = await database.OpenForWriteAsync(write.Token);
            await using var transaction = await database.BeginAsync(connection, write.Token);
            var session = new DbSession(connection, database.DriverTransaction(transaction), database.Engine, write.Token);
            await write.RunAsync(session);
            // Discarded, it is rolled back when it is disposed of.
            if (!session.IsDiscarded)
                await CommitAsync(database, transaction, [write]);
            write.End();
        }
        catch (Exception fault)
        {
            // Once it has ended, only the connection could not be given back in order: that changes nothing.
            write.Fail(fault);
        }
    }

    // False where nothing is kept, and those that have not ended are to be run again.
    private static async Task<bool> TogetherAsync(Database database, IReadOnlyList<PendingWrite> writes, RunOne runOne)
    {
        try
        {
            await using var connection = await database.OpenForWriteAsync(CancellationToken.None);
            await using var transaction = await database.BeginAsync(connection, CancellationToken.None);
            foreach (var write in writes)
            {
                var session = new DbSession(connection, database.DriverTransaction(transaction), database.Engine, write.Token);
                if (!await runOne(database, transaction, session, write))
                    return false;
            }

            await CommitAsync(database, transaction, writes);
            foreach (var write in writes)
                write.End();
        }
        catch (Exception fault)
        {
            foreach (var write in writes)
                write.Fail(fault);
        }

        return true;
    }

    // False where something has to be undone that cannot be by itself.
    private static async Task<bool> PlainAsync(Database database, DbTransaction transaction, DbSession session, PendingWrite write)
    {
        var before = database.ChangesSoFar(transaction);
        Exception? fault = null;
        try
        {
            await write.RunAsync(session);
        }
        catch (Exception thrown)
        {
            fault = thrown;
        }

        if (fault is null && !session.IsDiscarded)
            return true;
        if (!database.IsStillOpen(transaction) || database.ChangesSoFar(transaction) != before)
            return false;
        if (fault is not null)
            write.Fail(fault);
        return true;
    }

    private static async Task<bool> GuardedAsync(Database database, DbTransaction transaction, DbSession session, PendingWrite write)
    {
        await transaction.SaveAsync(Savepoint, CancellationToken.None);
        try
        {
            await write.RunAsync(session);
        }
        catch (Exception fault)
        {
            write.Fail(fault);
        }

        // SQLite ends a transaction by itself when the disk is full or fails, whoever's work it was. The others are run again.
        if (!database.IsStillOpen(transaction))
            return false;
        if (session.IsDiscarded || write.IsOver)
            await transaction.RollbackAsync(Savepoint, CancellationToken.None);
        await transaction.ReleaseAsync(Savepoint, CancellationToken.None);
        return true;
    }

    // A doubt ends the writes where it arises: what the connection's end may meet after it must not stand in its place.
    private static async Task CommitAsync(Database database, DbTransaction transaction, IReadOnlyList<PendingWrite> writes)
    {
        try
        {
            // Past this point no caller's hanging up must decide whether the work is kept.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception fault) when (!database.IsStillOpen(transaction))
        {
            foreach (var write in writes)
                write.Fail(new CommitInDoubtException(fault));
        }
    }

    private delegate Task<bool> RunOne(Database database, DbTransaction transaction, DbSession session, PendingWrite write);
}
