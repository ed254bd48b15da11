using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Storage;

/// <summary>One run of a statement. Its text decides which of the connection's compiled statements is run, so it is set once, and first.</summary>
internal sealed class PreparedCommand(PreparedConnection connection) : DbCommand
{
    private string _text = "";
    private SqliteTransaction? _transaction;
    private SqliteCommand? _inner;

    /// <inheritdoc />
    [AllowNull]
    public override string CommandText
    {
        get => _text;
        set
        {
            if (_inner is not null)
                throw new NotSupportedException("The text is set once.");
            _text = value ?? "";
            _inner = connection.Borrow(_text);
            _inner.Transaction = _transaction;
        }
    }

    /// <inheritdoc />
    public override int CommandTimeout
    {
        get => Inner.CommandTimeout;
        set => Inner.CommandTimeout = value;
    }

    /// <inheritdoc />
    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text)
                throw new NotSupportedException("SQLite has statements alone.");
        }
    }

    /// <inheritdoc />
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc />
    public override UpdateRowSource UpdatedRowSource { get; set; }

    /// <inheritdoc />
    protected override DbConnection? DbConnection
    {
        get => connection;
        set => throw new NotSupportedException("A statement stays with its connection.");
    }

    /// <inheritdoc />
    protected override DbParameterCollection DbParameterCollection => Inner.Parameters;

    /// <inheritdoc />
    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            _transaction = (SqliteTransaction?)value;
            if (_inner is not null)
                _inner.Transaction = _transaction;
        }
    }

    private SqliteCommand Inner => _inner ?? throw new InvalidOperationException("The text comes first.");

    /// <inheritdoc />
    public override void Cancel()
    {
        // SQLite runs a statement to its end.
    }

    /// <inheritdoc />
    public override int ExecuteNonQuery() => Inner.ExecuteNonQuery();

    /// <inheritdoc />
    public override object? ExecuteScalar() => Inner.ExecuteScalar();

    /// <inheritdoc />
    public override void Prepare() => Inner.Prepare();

    /// <inheritdoc />
    protected override DbParameter CreateDbParameter() => new PrefixedParameter();

    /// <inheritdoc />
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Inner.ExecuteReader(behavior);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && _inner is { } inner)
        {
            _inner = null;
            connection.GiveBack(_text, inner);
        }

        base.Dispose(disposing);
    }
}
