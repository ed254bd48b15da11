using Microsoft.Data.Sqlite;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>Another process's write lock on a SQLite database, held until disposed.</summary>
internal sealed class ForeignLock : IDisposable
{
    private readonly SqliteConnection _connection;

    private ForeignLock(SqliteConnection connection) => _connection = connection;

    public static ForeignLock Take(string databasePath)
    {
        var connection = new SqliteConnection($"Data Source={databasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE;";
        command.ExecuteNonQuery();
        return new ForeignLock(connection);
    }

    public void Dispose() => _connection.Dispose();
}
