using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Storage;

/// <summary>
/// Open connections to one file, lent one at a time. The driver's own pool compiles every statement anew, and each opening is set up by
/// pragmas; what is kept here has both behind it. The last that came back goes out first, so that few are ever opened.
/// </summary>
/// <remarks>
/// One is kept for writing: SQLite forgets the pages that a connection has read as soon as another one writes, and never those that it
/// has written itself. So the writer's pages, which are nearly always the same, stay with it, and the others are given little room.
/// </remarks>
/// <param name="connectionString">How to open one.</param>
/// <param name="pragmas">What each is set up with.</param>
internal sealed class SqliteConnections(string connectionString, string pragmas) : IDisposable
{
    // Reads run to their end on their thread, so a few are in use at a time.
    private const int MostIdle = 8;

    private const string WriterPragmas = "PRAGMA cache_size = -2000;", ReaderPragmas = "PRAGMA cache_size = -500;";

    private readonly Lock _gate = new();
    private readonly Stack<PreparedConnection> _readers = new(MostIdle);
    private PreparedConnection? _writer;
    private bool _disposed;

    /// <summary>Lends a connection to read with; disposed of, it comes back.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public async Task<PreparedConnection> TakeAsync(CancellationToken cancellationToken)
    {
        while (TakeReader() is { } idle)
        {
            if (IsFit(idle))
                return idle;
        }

        return await OpenAsync(ReaderPragmas, TakeBackReader, cancellationToken);
    }

    /// <summary>Lends the connection to write with; another one, should that be on loan.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public async Task<PreparedConnection> TakeWriterAsync(CancellationToken cancellationToken) =>
        TakeWriter() is { } idle && IsFit(idle) ? idle : await OpenAsync(WriterPragmas, TakeBackWriter, cancellationToken);

    /// <summary>Closes what is idle; what is on loan is closed when it comes back.</summary>
    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        TakeWriter()?.CloseForGood();
        while (TakeReader() is { } idle)
            idle.CloseForGood();
    }

    // One to a file that was read-only when it was opened stays so, whatever becomes of the file: a fresh one knows better.
    private static bool IsFit(PreparedConnection idle)
    {
        if (raw.sqlite3_db_readonly(idle.Inner.Handle, "main") == 0)
            return true;
        idle.CloseForGood();
        return false;
    }

    private PreparedConnection? TakeReader()
    {
        lock (_gate)
            return _readers.TryPop(out var connection) ? connection : null;
    }

    private PreparedConnection? TakeWriter()
    {
        lock (_gate)
        {
            var writer = _writer;
            _writer = null;
            return writer;
        }
    }

    private void TakeBackReader(PreparedConnection connection)
    {
        lock (_gate)
        {
            if (IsWorthKeeping(connection) && _readers.Count < MostIdle)
            {
                _readers.Push(connection);
                return;
            }
        }

        connection.CloseForGood();
    }

    private void TakeBackWriter(PreparedConnection connection)
    {
        lock (_gate)
        {
            if (IsWorthKeeping(connection) && _writer is null)
            {
                _writer = connection;
                return;
            }
        }

        connection.CloseForGood();
    }

    // One with a transaction that nobody ended would hold its lock for ever.
    private bool IsWorthKeeping(PreparedConnection connection) => !_disposed && raw.sqlite3_get_autocommit(connection.Inner.Handle) != 0;

    private async Task<PreparedConnection> OpenAsync(string more, Action<PreparedConnection> takeBack, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, $"{pragmas} {more}"), connection.Handle);
            return new PreparedConnection(connection, takeBack);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
