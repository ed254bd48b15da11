using Microsoft.Data.Sqlite;

namespace Chat.Server.Tests.Administration;

/// <summary>What an accident, an operator or another program does to the database file behind the service's back.</summary>
internal static class Sqlite
{
    public static void Execute(string path, string sql)
    {
        using var connection = Open(path);
        Run(connection, sql);
    }

    /// <summary>Keeps every other writer out until it is disposed.</summary>
    public static IDisposable HoldWriteLock(string path)
    {
        var connection = Open(path);
        Run(connection, "BEGIN IMMEDIATE;");
        return connection;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
