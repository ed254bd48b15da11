using System.Data.Common;

namespace Chat.Server.Storage;

/// <summary>
/// The store. Work is handed in as a function of a session: it may be run again from its start after a conflict with
/// another writer, so it must have no effect besides the database. A store that cannot be reached, or refuses to write,
/// is a <see cref="StoreUnavailableException"/>; any other fault passes through as it is.
/// </summary>
public abstract partial class Database
{
    // A conflict is over in milliseconds or stands for something worse: five tries, then the caller hears of it.
    private const int Tries = 5;

    /// <summary>Which engine this is.</summary>
    public abstract DatabaseEngine Engine { get; }

    /// <summary>Reads without a transaction.</summary>
    public Task<T> ReadAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        IfInUse(() => ReadAlwaysAsync(work, cancellationToken));

    /// <summary>Writes in one transaction: all of the work is kept, or none, as after <see cref="DbSession.Discard"/>.</summary>
    public Task<T> WriteAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        IfInUse(() => WriteAlwaysAsync(work, cancellationToken));

    /// <summary><see cref="ReadAsync"/> also while the store is suspended: for those who make it fit for use.</summary>
    internal Task<T> ReadAlwaysAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(
            async connection => await work(new DbSession(connection, null, Engine, cancellationToken)),
            cancellationToken);

    /// <summary><see cref="WriteAsync"/> also while the store is suspended.</summary>
    internal Task<T> WriteAlwaysAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(
            async connection =>
            {
                await using var transaction = await BeginAsync(connection, cancellationToken);
                var session = new DbSession(connection, DriverTransaction(transaction), Engine, cancellationToken);
                var result = await work(session);
                if (session.IsDiscarded)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                    return result;
                }

                // Past this point the caller's hanging up must not decide whether the work is kept.
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            },
            cancellationToken,
            writes: true);

    /// <summary>Makes the place where the data will live, before the first migration.</summary>
    internal abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Within a transaction: lets one process at a time past, until that transaction ends.</summary>
    internal abstract Task LockForMigrationAsync(DbSession session);

    /// <summary>Opens a connection, ready for use.</summary>
    protected abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Begins a write transaction.</summary>
    protected abstract ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>What the driver's commands must be told of a transaction; null where it is between the connection and the engine.</summary>
    protected virtual DbTransaction? DriverTransaction(DbTransaction transaction) => transaction;

    /// <summary>Waits for this process's turn to write, where the engine has one writer at a time; null where it has many.</summary>
    protected abstract ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken);

    /// <summary>Whether a fault means that the store is out of reach or refuses to write.</summary>
    protected abstract bool IsUnavailable(Exception fault);

    /// <summary>Whether the same work can succeed when it is run again at once.</summary>
    protected abstract bool IsConflict(Exception fault);

    private async Task<T> RunAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken, bool writes = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var turn = writes ? await EnterWriteAsync(cancellationToken) : null;
                await using var connection = await OpenAsync(cancellationToken);
                return await work(connection);
            }
            catch (Exception fault) when (attempt < Tries && IsConflict(fault))
            {
                // Run again: the transaction was rolled back as a whole.
            }
            catch (Exception fault) when (fault is not OperationCanceledException && IsUnavailable(fault))
            {
                throw new StoreUnavailableException(fault);
            }
        }
    }
}
