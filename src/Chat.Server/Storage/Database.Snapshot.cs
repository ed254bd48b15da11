using System.Data.Common;

namespace Chat.Server.Storage;

/// <content>Reading one state of the store for as long as it takes.</content>
public abstract partial class Database
{
    /// <summary>
    /// Reads one state of the store, however long it takes: what is written meanwhile is not seen. The work runs once, as what
    /// it has already handed on cannot be taken back. SQL Server offers this only where ALLOW_SNAPSHOT_ISOLATION is on; elsewhere
    /// each statement reads what is committed by then, and <see cref="DbSession.IsSnapshot"/> says so.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store is out of reach.</exception>
    public Task<T> SnapshotAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        SuspendedFault is { } fault ? Task.FromException<T>(fault) : ReadSnapshotAsync(work, cancellationToken);

    /// <summary>Begins a transaction that sees one state of the store; null where the engine does not offer it.</summary>
    internal abstract ValueTask<DbTransaction?> BeginSnapshotAsync(DbConnection connection, CancellationToken cancellationToken);

    private async Task<T> ReadSnapshotAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            await using var transaction = await BeginSnapshotAsync(connection, cancellationToken);
            return await work(new DbSession(connection, transaction, Engine, cancellationToken) { IsSnapshot = transaction is not null });
        }
        catch (Exception fault) when (KindOf(fault) != FaultKind.Other)
        {
            // What a client reports when its caller hangs up differs from one version to the next.
            cancellationToken.ThrowIfCancellationRequested();
            throw new StoreUnavailableException(fault);
        }
    }
}
