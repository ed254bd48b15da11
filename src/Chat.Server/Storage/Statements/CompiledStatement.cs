using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Storage.Statements;

/// <summary>
/// A text that SQLite has compiled for one connection, run as often as need be: a statement, or a change and behind it what reads what became
/// of it. (<c>RETURNING</c> would do both, but SQLite makes and drops a table of its own for each such run, which costs more than to look once more.)
/// Every run that changes something goes to its end, as what breaks a rule may show there; none leaves a lock behind. Waiting for other processes'
/// locks is SQLite's, by the connection's busy timeout.
/// </summary>
internal sealed class CompiledStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly CompiledStatement? _before;
    private readonly List<(string Name, int Index)> _parameters = [];

    private CompiledStatement(sqlite3 database, sqlite3_stmt statement, CompiledStatement? before) =>
        (_database, _statement, _before) = (database, statement, before);

    /// <summary>Compiles a text.</summary>
    /// <param name="connection">The driver's connection, open.</param>
    /// <param name="text">One statement, or several that are run in their order; what comes of it is the last one's.</param>
    /// <exception cref="SqliteException">It cannot be compiled.</exception>
    public static CompiledStatement Of(SqliteConnection connection, string text)
    {
        CompiledStatement? last = null;
        try
        {
            var rest = text;
            do
                last = new CompiledStatement(connection.Handle!, Compile(connection.Handle!, rest, out rest), last);
            while (!string.IsNullOrWhiteSpace(rest));
            return last;
        }
        catch
        {
            last?.Dispose();
            throw;
        }
    }

    /// <summary>Runs it without parameters, and gives SQLite's result code; 0 where all went well.</summary>
    public int TryRun()
    {
        raw.sqlite3_step(_statement);
        // Says what the step came to, where that was a fault.
        return raw.sqlite3_reset(_statement);
    }

    /// <summary>Runs it, and gives the number of rows that it changed.</summary>
    /// <exception cref="SqliteException">It failed, and has changed nothing.</exception>
    public int Execute<TArguments>(TArguments arguments)
        where TArguments : IArguments => Run(arguments, static statement =>
        {
            while (statement.Step())
            {
            }

            return raw.sqlite3_changes(statement._database);
        });

    /// <summary>Runs it, and gives the first row's first column; null where there is no row.</summary>
    /// <exception cref="SqliteException">It failed, and has changed nothing.</exception>
    public long? Number<TArguments>(TArguments arguments)
        where TArguments : IArguments => Run(arguments, static statement =>
        {
            long? first = null;
            while (statement.Step())
                first ??= raw.sqlite3_column_int64(statement._statement, 0);
            return first;
        });

    /// <summary>Runs it, and gives the first row; null where there is none.</summary>
    /// <exception cref="SqliteException">It failed, and has changed nothing.</exception>
    public T? First<T, TArguments>(TArguments arguments)
        where T : class, IRowOf<T>
        where TArguments : IArguments => Run(arguments, static statement =>
        {
            T? first = null;
            while (statement.Step())
                first ??= T.Read(new SqliteRow(statement._statement));
            return first;
        });

    /// <summary>Runs it, and gives all rows.</summary>
    /// <exception cref="SqliteException">It failed, and has changed nothing.</exception>
    public List<T> All<T, TArguments>(TArguments arguments)
        where T : class, IRowOf<T>
        where TArguments : IArguments => Run(arguments, static statement =>
        {
            List<T> rows = [];
            while (statement.Step())
                rows.Add(T.Read(new SqliteRow(statement._statement)));
            return rows;
        });

    /// <summary>Runs it, and gives row by row until one is not taken: for one that changes nothing.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public void Each<T, TArguments>(TArguments arguments, Func<T, bool> take)
        where T : class, IRowOf<T>
        where TArguments : IArguments => Run(arguments, take, static (statement, take) =>
        {
            while (statement.Step() && take(T.Read(new SqliteRow(statement._statement))))
            {
            }

            return true;
        });

    /// <inheritdoc />
    public void Dispose()
    {
        _statement.Dispose();
        _before?.Dispose();
    }

    private static sqlite3_stmt Compile(sqlite3 database, string text, out string rest)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(database, text, raw.SQLITE_PREPARE_PERSISTENT, out var statement, out rest), database);
        return statement;
    }

    private TResult Run<TArguments, TResult>(TArguments arguments, Func<CompiledStatement, TResult> read)
        where TArguments : IArguments => Run(arguments, read, static (statement, read) => read(statement));

    // With nothing left open behind it.
    private TResult Run<TArguments, TState, TResult>(TArguments arguments, TState state, Func<CompiledStatement, TState, TResult> read)
        where TArguments : IArguments
    {
        _before?.Execute(arguments);
        try
        {
            Bind(arguments);
            return read(this, state);
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    private bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(result, _database);
        return result == raw.SQLITE_ROW;
    }

    private void Bind<TArguments>(TArguments arguments)
        where TArguments : IArguments
    {
        var isFirst = _parameters.Count == 0;
        var parameters = new SqliteParameters(_database, _statement, _parameters);
        arguments.AddTo(ref parameters);
        if (isFirst && _parameters.Count(parameter => parameter.Index > 0) != raw.sqlite3_bind_parameter_count(_statement))
            throw new InvalidOperationException($"A parameter is missing, or given twice: {raw.sqlite3_sql(_statement).utf8_to_string()}");
    }
}
