using System.Data.Common;
using Chat.Server.Storage.Copying;
using Chat.Server.Storage.Statements;
using Dapper;

namespace Chat.Server.Storage;

/// <summary>
/// A connection on loan, within a transaction when it writes. It runs <see cref="Sql"/> and nothing else, and ends with
/// the <see cref="Database"/> call that lent it; it is not to be kept, nor used from two tasks at once.
/// </summary>
public sealed class DbSession
{
    // An index on a large table is not made within the 30 seconds that a command has.
    private const int NoTimeout = 0;

    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly CancellationToken _cancellationToken;

    internal DbSession(DbConnection connection, DbTransaction? transaction, DatabaseEngine engine, CancellationToken cancellationToken)
    {
        _connection = connection;
        _transaction = transaction;
        Engine = engine;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Which engine it is of.</summary>
    internal DatabaseEngine Engine { get; }

    /// <summary>Whether every statement sees the same state of the store.</summary>
    public bool IsSnapshot { get; internal init; }

    /// <summary>Whether the work asked to be undone.</summary>
    internal bool IsDiscarded { get; private set; }

    /// <summary>Ends the transaction without keeping anything of it: for work that finds half-way that it may not be done.</summary>
    public void Discard() => IsDiscarded = true;

    /// <summary>Runs a statement and gives the number of rows that it changed.</summary>
    public Task<int> ExecuteAsync(Sql sql, object? args = null) => _connection.ExecuteAsync(Command(sql, args));

    /// <summary>The first row, or the type's default when there is none.</summary>
    public Task<T?> FirstOrDefaultAsync<T>(Sql sql, object? args = null) =>
        _connection.QueryFirstOrDefaultAsync<T>(Command(sql, args));

    /// <summary>All rows, read to the end.</summary>
    public async Task<IReadOnlyList<T>> ListAsync<T>(Sql sql, object? args = null) =>
        (await _connection.QueryAsync<T>(Command(sql, args))).AsList();

    /// <summary><see cref="ExecuteAsync"/> for the request path.</summary>
    public ValueTask<int> RunAsync<TArguments>(Sql sql, TArguments arguments)
        where TArguments : IArguments => Compiled(sql) is { } statement
            ? new(statement.Execute(arguments))
            : new(_connection.ExecuteAsync(Command(sql, DriverParameters.Of(arguments))));

    /// <summary>The first row's only column, which holds a number; null where there is no row. For the request path.</summary>
    public ValueTask<long?> NumberAsync<TArguments>(Sql sql, TArguments arguments)
        where TArguments : IArguments => Compiled(sql) is { } statement
            ? new(statement.Number(arguments))
            : new(_connection.QueryFirstOrDefaultAsync<long?>(Command(sql, DriverParameters.Of(arguments))));

    /// <summary>The first row, or null where there is none. For the request path.</summary>
    public ValueTask<T?> FirstAsync<T, TArguments>(Sql sql, TArguments arguments)
        where T : class, IRowOf<T>
        where TArguments : IArguments => Compiled(sql) is { } statement
            ? new(statement.First<T, TArguments>(arguments))
            : new(ReadFirstAsync<T>(Command(sql, DriverParameters.Of(arguments))));

    /// <summary>All rows. For the request path.</summary>
    public ValueTask<IReadOnlyList<T>> AllAsync<T, TArguments>(Sql sql, TArguments arguments)
        where T : class, IRowOf<T>
        where TArguments : IArguments => Compiled(sql) is { } statement
            ? new(statement.All<T, TArguments>(arguments))
            : new(ReadAllAsync<T>(Command(sql, DriverParameters.Of(arguments))));

    /// <summary>Rows one by one, until one is not taken. For the request path.</summary>
    public ValueTask EachAsync<T, TArguments>(Sql sql, TArguments arguments, Func<T, bool> take)
        where T : class, IRowOf<T>
        where TArguments : IArguments
    {
        if (Compiled(sql) is not { } statement)
            return new(ReadEachAsync(Command(sql, DriverParameters.Of(arguments)), take));
        statement.Each(arguments, take);
        return ValueTask.CompletedTask;
    }

    /// <summary>Rows one by one as they arrive, for what is too much to hold. The session runs nothing else until the last of them.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(Sql sql, object? args = null)
    {
        await foreach (var row in _connection.QueryUnbufferedAsync<T>(sql.For(Engine), args, _transaction).WithCancellation(_cancellationToken))
            yield return row;
    }

    /// <summary>All rows as they stand in their columns, whatever these are.</summary>
    internal async Task<IReadOnlyList<object?[]>> RowsAsync(Sql sql, object? args = null)
    {
        List<object?[]> rows = [];
        await using var reader = await _connection.ExecuteReaderAsync(Command(sql, args));
        while (await reader.ReadAsync(_cancellationToken))
        {
            var row = new object?[reader.FieldCount];
            for (var column = 0; column < row.Length; column++)
                row[column] = CopiedValue.Read(reader.GetValue(column));
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>Runs a statement with values of rows as <c>@p0</c> and on: those columns of the first row, then of the next.</summary>
    internal async Task WriteRowsAsync(Sql sql, IReadOnlyList<object?[]> rows, IEnumerable<CopiedColumn> columns)
    {
        var kinds = columns.Select(column => column.Kind).ToList();
        await using var command = _connection.CreateCommand();
        command.CommandText = sql.For(Engine);
        command.Transaction = _transaction;
        for (var index = 0; index < rows.Count * kinds.Count; index++)
        {
            var (row, column) = Math.DivRem(index, kinds.Count);
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@p{index}";
            CopiedValue.Bind(parameter, rows[row][column], kinds[column], Engine);
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(_cancellationToken);
    }

    /// <summary>Runs one batch of a migration script, for as long as it takes; scripts are resources of this assembly, never input.</summary>
    internal Task ExecuteScriptAsync(string batch) =>
        _connection.ExecuteAsync(new CommandDefinition(batch, transaction: _transaction, commandTimeout: NoTimeout, cancellationToken: _cancellationToken));

    // Null where the connection is not one that compiles them itself.
    private CompiledStatement? Compiled(Sql sql) => (_connection as PreparedConnection)?.Compiled(sql.For(DatabaseEngine.Sqlite));

    private async Task<T?> ReadFirstAsync<T>(CommandDefinition command)
        where T : class, IRowOf<T> => (await ReadAllAsync<T>(command)) is [var first, ..] ? first : null;

    private async Task<IReadOnlyList<T>> ReadAllAsync<T>(CommandDefinition command)
        where T : class, IRowOf<T>
    {
        List<T> rows = [];
        await ReadEachAsync<T>(command, row =>
        {
            rows.Add(row);
            return true;
        });
        return rows;
    }

    private async Task ReadEachAsync<T>(CommandDefinition command, Func<T, bool> take)
        where T : class, IRowOf<T>
    {
        await using var reader = await _connection.ExecuteReaderAsync(command);
        while (await reader.ReadAsync(_cancellationToken) && take(T.Read(new DriverRow(reader))))
        {
        }
    }

    private CommandDefinition Command(Sql sql, object? args) =>
        new(sql.For(Engine), args, _transaction, cancellationToken: _cancellationToken);
}
