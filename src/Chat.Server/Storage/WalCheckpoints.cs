using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Storage;

/// <summary>
/// Brings what was committed from the write-ahead log into the database file, beside the writers and not in their commits: SQLite's
/// own checkpoint, after every thousand pages, keeps whoever commits then, and all who wait behind, until the disk has both files.
/// A log that has grown all the same, because somebody wrote all the time, is brought in whole while nobody writes, and begun anew.
/// </summary>
/// <param name="connections">Where to borrow a connection.</param>
/// <param name="enterWrite">Waits for this process's turn to write.</param>
/// <param name="busyTimeout">How long a connection usually waits for a lock.</param>
internal sealed class WalCheckpoints(
    SqliteConnections connections, Func<CancellationToken, ValueTask<IDisposable?>> enterWrite, TimeSpan busyTimeout) : IDisposable
{
    // 16 MB of log. A page that was written many times since is copied once.
    private const int PagesBetween = 4_000;

    // About 200 MB of log, read again by a start after a crash in some tenths of a second. Each time, all who write wait until the disk has both
    // files: with a quarter as many pages between, the p99 of chats on a site that is written to all the time was 18 ms, and not 13.
    private const int MostPages = 48_000;

    // After one, writers waited 3 to 12 ms; after three, 2 to 9; after five, 5 at most.
    private const int Passes = 4;

    // How long writers wait at most for readers of an old state: an export may be one, and takes minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposed = new();
    private int _pages;
    private bool _isDisposed;
    private Task _running = Task.CompletedTask;

    /// <summary>A transaction of this connection was committed.</summary>
    public void Committed(SqliteConnection connection)
    {
        raw.sqlite3_db_status(connection.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, 1);
        if (Interlocked.Add(ref _pages, written) < PagesBetween)
            return;
        lock (_gate)
        {
            if (!_running.IsCompleted || _isDisposed)
                return;
            Interlocked.Exchange(ref _pages, 0);
            // It waits for the disk: on a thread of its own, as the pool has as many as the machine has cores.
            _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Ends, once what is being brought in is.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        _disposed.Cancel();
        _running.GetAwaiter().GetResult();
        _disposed.Dispose();
    }

    // A fault is nobody's: what was committed stays in the log, and the next try is as good. Whoever writes meets a broken disk himself.
    private void Run()
    {
        try
        {
            using var connection = (PreparedConnection)connections.TakeAsync(_disposed.Token).AsTask().GetAwaiter().GetResult();
            // One that has never read does not know of the log yet.
            connection.Run("PRAGMA schema_version;");
            if (Checkpoint(connection.Inner, raw.SQLITE_CHECKPOINT_PASSIVE) < MostPages)
                return;
            // Each pass has less to bring in, what was committed during the one before, and so have those who will wait for the last.
            for (var pass = 0; pass < Passes; pass++)
                Checkpoint(connection.Inner, raw.SQLITE_CHECKPOINT_PASSIVE);
            using var turn = enterWrite(_disposed.Token).AsTask().GetAwaiter().GetResult();
            BeginAnew(connection.Inner);
        }
        catch (Exception fault) when (fault is SqliteException or OperationCanceledException)
        {
        }
    }

    private void BeginAnew(SqliteConnection connection)
    {
        raw.sqlite3_busy_timeout(connection.Handle, (int)Patience.TotalMilliseconds);
        Checkpoint(connection, raw.SQLITE_CHECKPOINT_RESTART);
        raw.sqlite3_busy_timeout(connection.Handle, (int)busyTimeout.TotalMilliseconds);
    }

    // The log's length in pages.
    private static int Checkpoint(SqliteConnection connection, int mode)
    {
        raw.sqlite3_wal_checkpoint_v2(connection.Handle, "main", mode, out var length, out _);
        return length;
    }
}
