using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Storage;

/// <summary>
/// What begins and ends the transactions of one connection, compiled once: a write of the request path runs four of these, and to
/// compile them each time costs as much as a statement of its own. They end with their connection.
/// </summary>
/// <param name="connection">The driver's connection, open.</param>
internal sealed class TransactionControl(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, sqlite3_stmt> _compiled = new(ReferenceEqualityComparer.Instance);

    /// <summary>Runs a text, which is a constant.</summary>
    /// <exception cref="SqliteException">It could not be run.</exception>
    public void Run(string text) => SqliteException.ThrowExceptionForRC(TryRun(text), connection.Handle);

    /// <summary>Runs a text, which is a constant, and gives SQLite's result code; 0 where all went well.</summary>
    public int TryRun(string text)
    {
        if (!_compiled.TryGetValue(text, out var statement))
        {
            var compiling = raw.sqlite3_prepare_v2(connection.Handle, text, out statement);
            if (compiling != raw.SQLITE_OK)
                return compiling;
            _compiled.Add(text, statement);
        }

        raw.sqlite3_step(statement);
        // Says what the step came to, where that was a fault.
        return raw.sqlite3_reset(statement);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var statement in _compiled.Values)
            statement.Dispose();
        _compiled.Clear();
    }
}
