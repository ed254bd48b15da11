using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Chat.Server.Storage.FileSystem;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Storage;

/// <summary>
/// A write transaction on SQLite. It takes the file's only write lock at once, so that none fails half-way for want of it,
/// and waits for it without a thread. Disposing of one that was not committed rolls it back; one that SQLite itself has
/// rolled back, as when a commit finds no room on the disk, is over already.
/// </summary>
internal sealed class ImmediateTransaction : DbTransaction
{
    private const int Busy = 5, Locked = 6, PrimaryCode = 0xff;

    // A transaction holds the lock for a fraction of a millisecond. SQLite's own wait backs off to 100 ms: a process whose
    // neighbour wrote all the time was left with a few writes a second, and both stood still while it slept.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);

    // Constants, as a text that comes again is told by being the same object.
    private const string SavepointText = $"SAVEPOINT {WriteBatch.Savepoint};";
    private const string RollbackText = $"ROLLBACK TO {WriteBatch.Savepoint};";
    private const string ReleaseText = $"RELEASE {WriteBatch.Savepoint};";

    private readonly PreparedConnection _connection;
    private readonly WalCheckpoints _checkpoints;

    private ImmediateTransaction(PreparedConnection connection, WalCheckpoints checkpoints) =>
        (_connection, _checkpoints) = (connection, checkpoints);

    /// <inheritdoc />
    public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

    /// <summary>
    /// Whether SQLite still has it open, as after a COMMIT that met a lock. After one that met a full disk or a failing one, SQLite
    /// has ended it by itself: rolled back, as its manual has it; but a file in another journal mode than ours can fail
    /// behind the point of no return, so this is not taken for an answer.
    /// </summary>
    public bool IsOpen => _connection.State == ConnectionState.Open && raw.sqlite3_get_autocommit(_connection.Inner.Handle) == 0;

    /// <summary>How many rows its connection has changed since it was opened.</summary>
    public int ChangesSoFar => raw.sqlite3_total_changes(_connection.Inner.Handle);

    /// <inheritdoc />
    public override bool SupportsSavepoints => true;

    /// <inheritdoc />
    protected override DbConnection DbConnection => _connection.Inner;

    /// <summary>Begins, once other processes have let go of the lock.</summary>
    /// <exception cref="SqliteException">They have not within <paramref name="patience"/>, or the file cannot be written.</exception>
    public static async ValueTask<DbTransaction> BeginAsync(
        PreparedConnection connection, TimeSpan patience, WalCheckpoints checkpoints, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var result = TryBegin(connection, patience);
            if (result == raw.SQLITE_OK)
                return new ImmediateTransaction(connection, checkpoints);
            if ((result & PrimaryCode) is not (Busy or Locked) || Stopwatch.GetElapsedTime(started) >= patience)
                SqliteException.ThrowExceptionForRC(result, connection.Inner.Handle);
            // The lock is the machine's, and so is the clock that it is waited for by.
            await Task.Delay(LookAgain, TimeProvider.System, cancellationToken);
        }
    }

    /// <inheritdoc />
    public override void Commit()
    {
        using (SqliteLogWrites.Gather())
            _connection.Run("COMMIT;");
        _checkpoints.Committed(_connection.Inner);
    }

    /// <inheritdoc />
    public override void Rollback()
    {
        if (IsOpen)
            _connection.Run("ROLLBACK;");
    }

    /// <inheritdoc />
    public override void Save(string savepointName) => Named(SavepointText, savepointName);

    /// <inheritdoc />
    public override void Rollback(string savepointName) => Named(RollbackText, savepointName);

    /// <inheritdoc />
    public override void Release(string savepointName) => Named(ReleaseText, savepointName);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && IsOpen)
            _connection.Compiled("ROLLBACK;").TryRun();
        base.Dispose(disposing);
    }

    // One name will do, and so every text is a constant.
    private void Named(string text, string savepointName)
    {
        if (savepointName != WriteBatch.Savepoint)
            throw new NotSupportedException("Writes that share a transaction name their savepoints alike.");
        _connection.Run(text);
    }

    private static int TryBegin(PreparedConnection connection, TimeSpan patience)
    {
        raw.sqlite3_busy_timeout(connection.Inner.Handle, 0);
        var result = connection.Compiled("BEGIN IMMEDIATE;").TryRun();
        raw.sqlite3_busy_timeout(connection.Inner.Handle, (int)patience.TotalMilliseconds);
        return result;
    }
}
