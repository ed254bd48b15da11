using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Copying;

/// <summary>Every row, but for what a store has of its own, of an embedded store as SQLite itself would write it down: what a copy is compared by, without a line of the product.</summary>
internal static class StoreDump
{
    public static IReadOnlyList<string> Tables(TemporaryStore store) =>
        store.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('schema_migrations', 'commit_marks') ORDER BY name");

    public static IReadOnlyList<string> Of(TemporaryStore store) => [.. Tables(store).SelectMany(table => Of(store, table))];

    public static IReadOnlyList<string> Of(TemporaryStore store, string table)
    {
        var columns = store.Query($"SELECT name FROM pragma_table_info('{table}')").Select(name => $"quote({name})");
        return [.. store.Query($"SELECT {string.Join(", ", columns)} FROM {table}").Order(StringComparer.Ordinal).Select(row => $"{table}: {row}")];
    }
}
