using System.Data.Common;

namespace Chat.Server.Storage;

/// <summary>
/// The store. Work is handed in as a function of a session: it may be run again from its start after a transient fault, so it
/// must have no effect besides the database. A store that cannot be reached, or refuses to write, is a
/// <see cref="StoreUnavailableException"/>; any other fault passes through as it is.
/// </summary>
/// <remarks>
/// A write is kept once, or not at all, also when the reply to its commit is lost: it is looked up then, never guessed. The
/// three ways to write differ in how. Only what could not be looked up either is an <see cref="OutcomeUnknownException"/>.
/// </remarks>
public abstract partial class Database
{
    private readonly Func<Exception, FaultKind> _kindOf;

    /// <summary>Made by the engine's own.</summary>
    protected Database() => _kindOf = KindOf;

    /// <summary>Which engine this is.</summary>
    public abstract DatabaseEngine Engine { get; }

    /// <summary>Commits what is written at the same time together; null where the engine does so by itself.</summary>
    internal virtual WriteGroup? Group => null;

    /// <summary>How often and for how long work is run again.</summary>
    internal Retries Retries { get; init; } = new();

    /// <summary>Reads without a transaction.</summary>
    public Task<T> ReadAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(new ReadRun<T>(this, work, cancellationToken));

    /// <summary><see cref="ReadAsync"/> also while the store is suspended: for those who make it fit for use.</summary>
    internal Task<T> ReadAlwaysAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        Retries.RunAsync(new ReadRun<T>(this, work, cancellationToken), _kindOf);

    /// <summary>
    /// Writes in one transaction: all of the work is kept, or none, as after <see cref="DbSession.Discard"/>. The transaction is
    /// marked with a row of its own, so that any work may be handed in; for the request path there are cheaper ways.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var now = Retries.Time.GetUtcNow();
        var mark = Guid.CreateVersion7(now);
        return WriteAsync(
            async session =>
            {
                // First of all: where the same transaction's commit is still under way, this waits for it.
                await CommitMarks.AddAsync(session, mark, now);
                return await work(session);
            },
            (session, _) => CommitMarks.IsThereAsync(session, mark),
            cancellationToken);
    }

    /// <summary>Writes in one transaction that can be told by what it leaves behind.</summary>
    /// <param name="work">The work.</param>
    /// <param name="isKept">
    /// Whether a transaction that came to this result was kept: it looks for something that only this work writes, under a unique
    /// constraint. Asked on a connection of its own.
    /// </param>
    /// <param name="cancellationToken">The caller's hanging up; from the commit on it counts for nothing.</param>
    public Task<T> WriteAsync<T>(Func<DbSession, Task<T>> work, Func<DbSession, T, Task<bool>> isKept, CancellationToken cancellationToken) =>
        RunAsync(new WriteRun<T>(this, work, isKept, isAlone: false, cancellationToken));

    /// <summary>Writes in one transaction what leaves the same rows, and has the same result, when it is done twice.</summary>
    public Task<T> WriteIdempotentAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(new WriteRun<T>(this, work, null, isAlone: false, cancellationToken));

    /// <summary><see cref="WriteIdempotentAsync"/> also while the store is suspended, and in a transaction of its own: for migrations.</summary>
    internal Task<T> WriteAlwaysAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken) =>
        Retries.RunAsync(new WriteRun<T>(this, work, null, isAlone: true, cancellationToken), _kindOf);

    /// <summary>
    /// Writes under a mark that the caller keeps: handed in again with the same mark, within a day, the work is done only if it was
    /// not before. For work that outlives a call whose outcome stayed unknown.
    /// </summary>
    public Task WriteOnceAsync(Guid mark, Func<DbSession, Task> work, CancellationToken cancellationToken) => WriteAsync(
        async session =>
        {
            if (await CommitMarks.IsThereAsync(session, mark))
                return true;
            await CommitMarks.AddAsync(session, mark, Retries.Time.GetUtcNow());
            await work(session);
            return true;
        },
        (session, _) => CommitMarks.IsThereAsync(session, mark),
        cancellationToken);

    /// <summary>Deletes at most <paramref name="limit"/> marks of transactions that nobody looks up any more, and says how many.</summary>
    public Task<int> PurgeMarksAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        WriteIdempotentAsync(session => CommitMarks.PurgeAsync(session, now - CommitMarks.Lifetime, limit), cancellationToken);

    /// <summary>Runs a write once, alone or with others.</summary>
    /// <exception cref="CommitInDoubtException">Its commit went wrong, and it is not known whether it was kept.</exception>
    internal Task RunAsync(PendingWrite write, bool isAlone) => Group is { } group && !isAlone ? group.RunAsync(write) : RunAloneAsync(write);

    /// <summary>Makes the place where the data will live, before the first migration.</summary>
    internal abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Within a transaction: lets one process at a time past, until that transaction ends.</summary>
    internal abstract Task LockForMigrationAsync(DbSession session);

    /// <summary>Opens a connection, ready for use.</summary>
    internal abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Opens a connection that will write, ready for use.</summary>
    internal virtual ValueTask<DbConnection> OpenForWriteAsync(CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    /// <summary>Begins a write transaction.</summary>
    internal abstract ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>What the driver's commands must be told of a transaction; null where it is between the connection and the engine.</summary>
    internal virtual DbTransaction? DriverTransaction(DbTransaction transaction) => transaction;

    /// <summary>Whether a transaction whose commit went wrong is known to be open still, and so not kept.</summary>
    internal virtual bool IsStillOpen(DbTransaction transaction) => false;

    /// <summary>How many rows a transaction of a <see cref="Group"/> has changed: a number to be compared with itself.</summary>
    internal virtual int ChangesSoFar(DbTransaction transaction) => throw new NotSupportedException("Writes do not share a transaction.");

    /// <summary>Waits for this process's turn to write, where the engine has one writer at a time; null where it has many.</summary>
    internal abstract ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken);

    /// <summary>What a fault means for the work that met it.</summary>
    internal abstract FaultKind KindOf(Exception fault);

    private async Task RunAloneAsync(PendingWrite write)
    {
        using (await EnterWriteAsync(write.Token))
            await WriteBatch.RunAsync(this, [write]);
        await write.WhenOver();
    }
}
