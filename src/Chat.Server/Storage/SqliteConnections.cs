using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Storage;

/// <summary>
/// Open connections to one file, lent one at a time. The driver's own pool compiles every statement anew, and each opening is set up by
/// pragmas; what is kept here has both behind it. The last that came back goes out first, so that few are ever opened.
/// </summary>
/// <param name="connectionString">How to open one.</param>
/// <param name="pragmas">What each is set up with.</param>
/// <param name="lookaside">How many pieces of memory, of 1,200 bytes or the same in smaller ones, each has at hand for its statements, instead of asking for them.</param>
/// <param name="mostIdle">How many are kept; more are opened where they are needed at the same time.</param>
internal sealed class SqliteConnections(string connectionString, string pragmas, int lookaside, int mostIdle) : IDisposable
{
    private const int LookasideSize = 1_200;

    private readonly Lock _gate = new();
    private readonly Stack<PreparedConnection> _idle = new(mostIdle);
    private bool _disposed;

    /// <summary>Lends a connection; disposed of, it comes back.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public ValueTask<DbConnection> TakeAsync(CancellationToken cancellationToken)
    {
        while (TryTake(out var idle))
        {
            // One to a file that was read-only when it was opened stays so, whatever becomes of the file: a fresh one knows better.
            if (raw.sqlite3_db_readonly(idle.Inner.Handle, "main") == 0)
                return new(idle);
            idle.CloseForGood();
        }

        return new(OpenAsync(cancellationToken));
    }

    /// <summary>Closes what is idle; what is on loan is closed when it comes back.</summary>
    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        while (TryTake(out var idle))
            idle.CloseForGood();
    }

    private bool TryTake(out PreparedConnection connection)
    {
        lock (_gate)
            return _idle.TryPop(out connection!);
    }

    private void TakeBack(PreparedConnection connection)
    {
        lock (_gate)
        {
            // One with a transaction that nobody ended would hold its lock for ever.
            if (!_disposed && _idle.Count < mostIdle && raw.sqlite3_get_autocommit(connection.Inner.Handle) != 0)
            {
                _idle.Push(connection);
                return;
            }
        }

        connection.CloseForGood();
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            // Refused where some of it is in use, as it is not yet: nothing hangs on it but speed.
            _ = raw.sqlite3_db_config(connection.Handle, raw.SQLITE_DBCONFIG_LOOKASIDE, IntPtr.Zero, LookasideSize, lookaside);
            SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, pragmas), connection.Handle);
            return new PreparedConnection(connection, TakeBack);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
