using System.Data.Common;
using Chat.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Chat.Server.Tests.Storage;

/// <summary>Where in its work a database is.</summary>
public enum Step
{
    /// <summary>Before a connection is opened.</summary>
    Open,

    /// <summary>Before a transaction begins.</summary>
    Begin,

    /// <summary>Before a statement is sent.</summary>
    Statement,

    /// <summary>After it was run, before its rows are handed over.</summary>
    Executed,

    /// <summary>Before COMMIT reaches the engine.</summary>
    Commit,

    /// <summary>After the engine has committed, before anybody hears of it.</summary>
    Committed,

    /// <summary>When a connection is given back.</summary>
    Close,
}

/// <summary>A step, and what it is about: the statement, or every statement of the transaction that is being committed.</summary>
internal sealed record Moment(Step Step, string Text)
{
    public bool Is(Step step, string word) => Step == step && Text.Contains(word, StringComparison.Ordinal);
}

/// <summary>Throw this before a COMMIT to have the engine get it all the same, later: see <see cref="FaultyDatabase.CommitLate"/>.</summary>
internal sealed class LateCommitException() : Exception("The reply is lost, and the commit is still on its way.");

/// <summary>
/// A real database that fails as a network does, below all of our own code: a plan is asked at every step, and may throw, or wait. Its faults
/// are the SQL Server client's own, and mean here what they mean there.
/// </summary>
internal sealed class FaultyDatabase : Database, IDisposable
{
    private const int UniqueConstraint = 2067, PrimaryKeyConstraint = 1555;

    private readonly Database _inner;
    private readonly List<Action> _late = [];

    public FaultyDatabase(Database inner, Func<Moment, Task> plan, TimeSpan? budget = null, ILogger? logger = null)
    {
        _inner = inner;
        Plan = plan;
        Retries = new Retries(budget, TimeProvider.System, inner.Retries.Metrics, logger);
    }

    public FaultyDatabase(Database inner, Action<Moment> plan, TimeSpan? budget = null, ILogger? logger = null)
        : this(inner, moment => { plan(moment); return Task.CompletedTask; }, budget, logger)
    {
    }

    public Func<Moment, Task> Plan { get; set; }

    /// <summary>What statements are sent as, for control arms that do without some.</summary>
    public Func<string, string> Rewrite { get; init; } = text => text;

    public override DatabaseEngine Engine => _inner.Engine;

    public void Dispose() => (_inner as IDisposable)?.Dispose();

    /// <summary>The commits that were on their way arrive.</summary>
    public void CommitLate()
    {
        lock (_late)
        {
            _late.ForEach(commit => commit());
            _late.Clear();
        }
    }

    internal override Task PrepareAsync(CancellationToken cancellationToken) => _inner.PrepareAsync(cancellationToken);

    internal override Task LockForMigrationAsync(DbSession session) => _inner.LockForMigrationAsync(session);

    internal override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await Plan(new Moment(Step.Open, ""));
        return new FaultyConnection(this, await _inner.OpenAsync(cancellationToken));
    }

    internal override async ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await Plan(new Moment(Step.Begin, ""));
        var faulty = (FaultyConnection)connection;
        return new FaultyTransaction(this, faulty, await _inner.BeginAsync(faulty.Inner, cancellationToken));
    }

    internal override ValueTask<DbTransaction?> BeginSnapshotAsync(DbConnection connection, CancellationToken cancellationToken) =>
        _inner.BeginSnapshotAsync(((FaultyConnection)connection).Inner, cancellationToken);

    internal override DbTransaction? DriverTransaction(DbTransaction transaction) => _inner.DriverTransaction(((FaultyTransaction)transaction).Inner);

    // A client that was cut off knows nothing of the other end; what the engine itself said stands.
    internal override bool IsStillOpen(DbTransaction transaction) =>
        transaction is FaultyTransaction { WasCutOff: false } faulty && _inner.IsStillOpen(faulty.Inner);

    internal override ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken) => _inner.EnterWriteAsync(cancellationToken);

    internal override FaultKind KindOf(Exception fault) => fault switch
    {
        LateCommitException => FaultKind.Connection,
        SqliteException { SqliteExtendedErrorCode: UniqueConstraint or PrimaryKeyConstraint } => FaultKind.Duplicate,
        _ when SqlServerFaults.KindOf(fault) is var kind && kind != FaultKind.Other => kind,
        _ => _inner.KindOf(fault),
    };

    internal void KeepForLater(Action commit)
    {
        lock (_late)
            _late.Add(commit);
    }
}
