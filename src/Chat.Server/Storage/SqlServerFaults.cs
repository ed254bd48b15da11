using Microsoft.Data.SqlClient;

namespace Chat.Server.Storage;

/// <summary>
/// What SQL Server's error numbers mean for the work that met them. The numbers are the server's own (sys.messages), Azure
/// SQL's, and those of the transport, which the client passes on; both client versions that the product builds with give the same.
/// </summary>
internal static class SqlServerFaults
{
    // From this severity the server has ended the connection, and from the lower one it has run out of something.
    private const int EndsConnection = 20, OutOfResources = 17;

    /// <summary>The kind of any exception that work on SQL Server can end with.</summary>
    public static FaultKind KindOf(Exception fault) => fault switch
    {
        SqlException sql => KindOf(sql.Errors),
        // A pool that has run out is reported like this.
        InvalidOperationException { Source: "Microsoft.Data.SqlClient" or "Core Microsoft SqlClient Data Provider" } => FaultKind.Overloaded,
        _ => FaultKind.Other,
    };

    /// <summary>The kind of one error.</summary>
    /// <param name="number">Its number; negative ones are the client's own.</param>
    /// <param name="severity">Its severity: 0 to 25.</param>
    public static FaultKind KindOf(int number, int severity) => number switch
    {
        // Deadlock; lock time-out; snapshot isolation: an update conflict, a changed schema, a version that is gone.
        1205 or 1222 or 3960 or 3961 or 3966 => FaultKind.Conflict,
        // A unique constraint; a unique index.
        2627 or 2601 => FaultKind.Duplicate,
        // The client's command time-out; waits for memory, for a latch.
        -2 or 8645 or 845 => FaultKind.Timeout,
        // Azure SQL: limits of workers and sessions, the engine is busy, too many operations.
        10928 or 10929 or 10936 or 40501 or 49918 or 49919 or 49920 => FaultKind.Overloaded,
        // The transport: pre-login, named pipes, sockets (Windows' numbers, which the client uses everywhere), name resolution.
        -1 or 0 or 2 or 20 or 26 or 40 or 53 or 64 or 121 or 233 or 258 or 10053 or 10054 or 10060 or 10061 or 11001 => FaultKind.Connection,
        // A killed session; shutdown, pause and upgrade of the server; a database that cannot be opened, recovers or fails over.
        596 or 6005 or 17142 or 18401 or 4060 or 922 or 927 or 976 or 983 or 4221 or 40143 or 40197 or 40540 or 40613 => FaultKind.Connection,
        // A read-only database; logins that the server refuses.
        3906 or 18452 or 18456 or 18470 or 18487 or 18488 => FaultKind.Unavailable,
        _ when severity >= EndsConnection => FaultKind.Connection,
        _ when severity >= OutOfResources => FaultKind.Unavailable,
        _ => FaultKind.Other,
    };

    // Of several errors the first that says something: "the statement has been terminated" follows many a cause.
    private static FaultKind KindOf(SqlErrorCollection errors) =>
        errors.Cast<SqlError>().Select(error => KindOf(error.Number, error.Class)).FirstOrDefault(kind => kind != FaultKind.Other);
}
