namespace Chat.Server.Storage.Copying;

/// <summary>Tells one store from every other, by whatever address it was reached.</summary>
/// <param name="Name">What the engine calls it: a file's real path, or a server and its database.</param>
/// <param name="MadeAt">When its first migration was applied: two servers may have the same name.</param>
internal sealed record StoreIdentity(string? Name, DateTimeOffset? MadeAt)
{
    private static readonly Sql SelectName = Sql.Of(
        sqlite: "SELECT file FROM pragma_database_list WHERE name = 'main';",
        sqlServer: "SELECT CONCAT(@@SERVERNAME, N'/', DB_NAME());");

    private static readonly Sql SelectFirstMigration = Sql.Portable("SELECT MIN(applied_at) FROM dbo.schema_migrations;");

    /// <summary>The identity of the session's store, which has been migrated.</summary>
    public static async Task<StoreIdentity> ReadAsync(DbSession session)
    {
        var name = await session.FirstOrDefaultAsync<string>(SelectName);
        return new StoreIdentity(name, await session.FirstOrDefaultAsync<DateTimeOffset?>(SelectFirstMigration));
    }
}
