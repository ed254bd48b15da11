using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>A table of SQLite's whose rows fill ten pages each: what it takes to make a log grow.</summary>
internal static class LongLines
{
    public const int Length = 40_000;

    private static readonly Sql Make = Sql.Of(sqlite: "CREATE TABLE lines (id INTEGER PRIMARY KEY, value BLOB NOT NULL);", sqlServer: "SELECT 1;");
    private static readonly Sql Put = Sql.Of(sqlite: "INSERT OR REPLACE INTO lines (id, value) VALUES (@id, zeroblob(@length));", sqlServer: "SELECT 1;");

    /// <summary>Makes the database and the table.</summary>
    public static async Task MakeAsync(SqliteDatabase database)
    {
        await database.PrepareAsync(CancellationToken.None);
        await database.WriteIdempotentAsync(session => session.ExecuteAsync(Make), CancellationToken.None);
    }

    /// <summary>Puts a row, in a transaction of its own.</summary>
    public static Task PutAsync(SqliteDatabase database, int id) =>
        database.WriteIdempotentAsync(session => PutAsync(session, id), CancellationToken.None);

    /// <summary>Puts a row, in the session's transaction.</summary>
    public static Task<int> PutAsync(DbSession session, int id) => session.ExecuteAsync(Put, new { id, length = Length });
}
