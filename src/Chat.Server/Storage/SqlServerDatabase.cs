using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace Chat.Server.Storage;

/// <summary>SQL Server through its own client. Any number of instances may share one database.</summary>
internal sealed class SqlServerDatabase(string connectionString) : Database
{
    // The wait is shorter than a command may take (30 seconds unless the connection string says otherwise), or its end would never be heard.
    private static readonly Sql TakeMigrationLock = Sql.Of(
        sqlite: "SELECT 0;",
        sqlServer: """
            DECLARE @granted int;
            EXEC @granted = sp_getapplock @Resource = N'chat.migrations', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 20000;
            SELECT @granted;
            """);

    public override DatabaseEngine Engine => DatabaseEngine.SqlServer;

    // The database itself is made by whoever runs the server, with the collation and recovery model of the house.
    internal override Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal override async Task LockForMigrationAsync(DbSession session)
    {
        if (await session.FirstOrDefaultAsync<int>(TakeMigrationLock) < 0)
            throw new StoreUnavailableException(new TimeoutException("Another process has been migrating the database for more than 20 seconds."));
    }

    protected override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
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

    protected override ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);

    protected override ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken) => new((IDisposable?)null);

    // A pool that has run out is reported as an InvalidOperationException by the client.
    protected override bool IsUnavailable(Exception fault) =>
        fault is InvalidOperationException { Source: "Microsoft.Data.SqlClient" or "Core Microsoft SqlClient Data Provider" }
        || (fault is SqlException sql && (sql.Class >= 17 || sql.Number is -2 or 53 or 1205 or 1222 or 3906 or 3960 or 4060 or 10054 or 10060 or 18456 or 0));

    // 1205 deadlock, 1222 lock time-out, 3960 snapshot conflict, 2627 and 2601 a row that another writer made first.
    protected override bool IsConflict(Exception fault) => fault is SqlException { Number: 1205 or 1222 or 3960 or 2627 or 2601 };
}
