using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace Chat.Server.Storage;

/// <summary>SQL Server through its own client. Any number of instances may share one database.</summary>
internal sealed class SqlServerDatabase(string connectionString) : Database
{
    private const int SnapshotNotAllowed = 3952;

    // The wait is shorter than a command may take (30 seconds unless the connection string says otherwise), or its end would never be heard.
    private static readonly Sql TakeMigrationLock = Sql.Of(
        sqlite: "SELECT 0;",
        sqlServer: """
            DECLARE @granted int;
            EXEC @granted = sp_getapplock @Resource = N'chat.migrations', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 20000;
            SELECT @granted;
            """);

    // What snapshot isolation is refused on, where it is not allowed: the first look at any table.
    private static readonly Sql Look = Sql.Portable("SELECT COUNT(*) FROM dbo.schema_migrations;");

    private static readonly Sql ReadCommitted = Sql.Of(sqlite: "SELECT 0;", sqlServer: "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;");

    public override DatabaseEngine Engine => DatabaseEngine.SqlServer;

    // The database itself is made by whoever runs the server, with the collation and recovery model of the house.
    internal override Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal override async Task LockForMigrationAsync(DbSession session)
    {
        if (await session.FirstOrDefaultAsync<int>(TakeMigrationLock) < 0)
            throw new StoreUnavailableException(new TimeoutException("Another process has been migrating the database for more than 20 seconds."));
    }

    internal override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    internal override ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);

    internal override async ValueTask<DbTransaction?> BeginSnapshotAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.Snapshot, cancellationToken);
        try
        {
            await new DbSession(connection, transaction, Engine, cancellationToken).FirstOrDefaultAsync<int>(Look);
            return transaction;
        }
        catch (SqlException fault) when (fault.Number == SnapshotNotAllowed)
        {
            // The level belongs to the connection and would outlive the transaction.
            await transaction.DisposeAsync();
            await new DbSession(connection, null, Engine, cancellationToken).ExecuteAsync(ReadCommitted);
            return null;
        }
    }

    internal override ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken) => new((IDisposable?)null);

    internal override FaultKind KindOf(Exception fault) => SqlServerFaults.KindOf(fault);
}
