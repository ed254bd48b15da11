using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Chat.Server.Tests.Storage;

/// <summary>A connection whose steps a plan is asked about; otherwise the one inside.</summary>
internal sealed class FaultyConnection(FaultyDatabase database, DbConnection inner) : DbConnection
{
    private readonly List<string> _statements = [];

    public DbConnection Inner => inner;

    /// <summary>Whether somebody else will dispose of what is inside.</summary>
    public bool IsHandedOver { get; set; }

    [AllowNull]
    public override string ConnectionString { get => inner.ConnectionString; set => inner.ConnectionString = value; }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    /// <summary>Every statement so far, as one text.</summary>
    public string Statements => string.Join('\n', _statements);

    public async Task BeforeAsync(string text)
    {
        _statements.Add(text);
        await database.Plan(new Moment(Step.Statement, text));
    }

    public Task AfterAsync(string text) => database.Plan(new Moment(Step.Executed, text));

    public string Rewritten(string text) => database.Rewrite(text);

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Close() => inner.Close();

    public override void Open() => inner.Open();

    public override async ValueTask DisposeAsync()
    {
        if (!IsHandedOver)
            await inner.DisposeAsync();
        await database.Plan(new Moment(Step.Close, Statements));
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => inner.BeginTransaction(isolationLevel);

    protected override DbCommand CreateDbCommand() => new FaultyCommand(this, inner.CreateCommand());

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsHandedOver)
            inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A transaction whose commit may fail before or after it is one.</summary>
internal sealed class FaultyTransaction(FaultyDatabase database, FaultyConnection connection, DbTransaction inner) : DbTransaction
{
    public DbTransaction Inner => inner;

    /// <summary>Whether the fault was the network's.</summary>
    public bool WasCutOff { get; private set; }

    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    protected override DbConnection DbConnection => connection;

    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await database.Plan(new Moment(Step.Commit, connection.Statements));
        }
        catch (LateCommitException)
        {
            (WasCutOff, connection.IsHandedOver) = (true, true);
            database.KeepForLater(CommitAndClose);
            throw;
        }
        catch
        {
            WasCutOff = true;
            throw;
        }

        await inner.CommitAsync(cancellationToken);
        try
        {
            await database.Plan(new Moment(Step.Committed, connection.Statements));
        }
        catch
        {
            WasCutOff = true;
            throw;
        }
    }

    public override void Commit() => throw new NotSupportedException();

    public override void Rollback() => inner.Rollback();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !connection.IsHandedOver)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void CommitAndClose()
    {
        inner.Commit();
        inner.Dispose();
        connection.Inner.Dispose();
    }
}

/// <summary>A statement before and after which a plan is asked.</summary>
internal sealed class FaultyCommand(FaultyConnection connection, DbCommand inner) : DbCommand
{
    private string _text = "";

    [AllowNull]
    public override string CommandText
    {
        get => _text;
        set => inner.CommandText = connection.Rewritten(_text = value ?? "");
    }

    public override int CommandTimeout { get => inner.CommandTimeout; set => inner.CommandTimeout = value; }

    public override CommandType CommandType { get => inner.CommandType; set => inner.CommandType = value; }

    public override bool DesignTimeVisible { get => inner.DesignTimeVisible; set => inner.DesignTimeVisible = value; }

    public override UpdateRowSource UpdatedRowSource { get => inner.UpdatedRowSource; set => inner.UpdatedRowSource = value; }

    protected override DbConnection? DbConnection { get => connection; set => throw new NotSupportedException(); }

    protected override DbParameterCollection DbParameterCollection => inner.Parameters;

    protected override DbTransaction? DbTransaction { get => inner.Transaction; set => inner.Transaction = value; }

    public override void Cancel() => inner.Cancel();

    public override void Prepare() => inner.Prepare();

    public override int ExecuteNonQuery() => throw new NotSupportedException("The product waits for nothing synchronously.");

    public override object? ExecuteScalar() => throw new NotSupportedException("The product waits for nothing synchronously.");

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => RunAsync(() => inner.ExecuteNonQueryAsync(cancellationToken));

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => RunAsync(() => inner.ExecuteScalarAsync(cancellationToken));

    protected override DbParameter CreateDbParameter() => inner.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => throw new NotSupportedException("The product waits for nothing synchronously.");

    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        RunAsync(() => inner.ExecuteReaderAsync(behavior, cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> run)
    {
        await connection.BeforeAsync(CommandText);
        var result = await run();
        try
        {
            await connection.AfterAsync(CommandText);
            return result;
        }
        catch
        {
            (result as IDisposable)?.Dispose();
            throw;
        }
    }
}
