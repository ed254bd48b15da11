using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Chat.Server.Storage.Statements;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Storage;

/// <summary>
/// A connection that keeps the statements it has compiled. A text that comes again is kept; one that comes once, as of a migration, is
/// not. Disposing of it gives it back.
/// </summary>
/// <param name="inner">The driver's connection, open.</param>
/// <param name="giveBack">Takes it back.</param>
internal sealed class PreparedConnection(SqliteConnection inner, Action<PreparedConnection> giveBack) : DbConnection
{
    // The product's texts are constants, so the same text is the same object.
    private readonly HashSet<string> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, SqliteCommand> _kept = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, CompiledStatement> _compiled = new(ReferenceEqualityComparer.Instance);

    /// <summary>The driver's connection.</summary>
    public SqliteConnection Inner => inner;

    /// <inheritdoc />
    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => throw new NotSupportedException("It is open.");
    }

    /// <inheritdoc />
    public override string Database => inner.Database;

    /// <inheritdoc />
    public override string DataSource => inner.DataSource;

    /// <inheritdoc />
    public override string ServerVersion => inner.ServerVersion;

    /// <inheritdoc />
    public override ConnectionState State => inner.State;

    /// <summary>Closes it for good.</summary>
    public void CloseForGood()
    {
        foreach (var statement in _compiled.Values)
            statement.Dispose();
        inner.Dispose();
    }

    /// <summary>A text that is a constant, compiled; it ends with the connection.</summary>
    /// <exception cref="SqliteException">It cannot be compiled.</exception>
    public CompiledStatement Compiled(string text)
    {
        if (!_compiled.TryGetValue(text, out var statement))
            _compiled.Add(text, statement = CompiledStatement.Of(inner, text));
        return statement;
    }

    /// <summary>Runs a text that is a constant and without parameters.</summary>
    /// <exception cref="SqliteException">It could not be run.</exception>
    public void Run(string text) => SqliteException.ThrowExceptionForRC(Compiled(text).TryRun(), inner.Handle);

    /// <summary>The command of a text, without parameters; kept for the next time when it is given back.</summary>
    public SqliteCommand Borrow(string text)
    {
        if (_kept.Remove(text, out var kept))
            return kept;
        var command = inner.CreateCommand();
        command.CommandText = text;
        return command;
    }

    /// <summary>Takes a command back.</summary>
    public void GiveBack(string text, SqliteCommand command)
    {
        command.Parameters.Clear();
        command.Transaction = null;
        if (_seen.Add(text) || !_kept.TryAdd(text, command))
            command.Dispose();
    }

    /// <inheritdoc />
    public override void Open() => throw new NotSupportedException("It is open.");

    /// <inheritdoc />
    public override void Close() => throw new NotSupportedException("It is given back by disposing of it.");

    /// <inheritdoc />
    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException("SQLite has one.");

    /// <inheritdoc />
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => inner.BeginTransaction(isolationLevel);

    /// <inheritdoc />
    protected override DbCommand CreateDbCommand() => new PreparedCommand(this);

    /// <inheritdoc />
    [SuppressMessage("Usage", "CA2215:Dispose methods should call base class dispose", Justification = "It goes on being used: the base would take it for closed.")]
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            giveBack(this);
    }
}
