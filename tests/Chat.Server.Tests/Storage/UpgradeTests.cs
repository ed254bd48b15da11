using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Server.Tests.Storage;

/// <summary>A database of every earlier version is led to the newest with its rows intact.</summary>
public sealed class UpgradeTests
{
    private static readonly int Newest = Migration.For(DatabaseEngine.Sqlite).Count;

    private static readonly Sql LoseARow = Sql.Of(sqlite: "DELETE FROM turns WHERE turn_id = 1;", sqlServer: "DELETE FROM dbo.turns WHERE turn_id = 1;");

    [Theory]
    [OnSqlite]
    [OnSqlServer]
    public async Task Every_row_of_every_earlier_version_is_the_same_after_the_upgrade(DatabaseEngine engine)
    {
        for (var version = 1; version < Newest; version++)
        {
            await using var store = await EmptyDatabase.CreateAsync(engine);
            var schema = Versions.SchemaOf(version);
            await Versions.ApplyAsync(store.Database, version);
            await Versions.FillAsync(store.Database, schema);
            var before = await Versions.ReadAsync(store.Database, schema);
            Assert.Equal(schema.Tables.Count * Versions.RowsPerTable, before.Count);

            var applied = await Migrator(store.Database).MigrateAsync(CancellationToken.None);

            Assert.Equal(Newest - version, applied.Count);
            Assert.Equal(before, await Versions.ReadAsync(store.Database, schema));
            await AssertNewestIsWholeAsync(store.Database, version);
            // The control: a row that is lost is missed.
            await store.Database.WriteIdempotentAsync(session => session.ExecuteAsync(LoseARow), CancellationToken.None);
            Assert.NotEqual(before, await Versions.ReadAsync(store.Database, schema));
        }
    }

    [Fact]
    public async Task An_upgraded_database_has_the_schema_of_a_new_one()
    {
        using var fresh = new TemporaryStore();
        await fresh.MigrateAsync();
        for (var version = 1; version < Newest; version++)
        {
            using var upgraded = new TemporaryStore();
            await Versions.ApplyAsync(upgraded.Open(), version);
            await Versions.FillAsync(upgraded.Open(), Versions.SchemaOf(version));
            Assert.NotEqual(LogicalSchema.OfSqlite(fresh), LogicalSchema.OfSqlite(upgraded));

            await upgraded.MigrateAsync();

            Assert.Equal(LogicalSchema.OfSqlite(fresh), LogicalSchema.OfSqlite(upgraded));
            Assert.Equal(["ok"], upgraded.Query("PRAGMA integrity_check"));
            Assert.Empty(upgraded.Query("PRAGMA foreign_key_check"));
            Assert.Contains("ck_turns_state", Assert.Throws<SqliteException>(() => upgraded.Execute("UPDATE turns SET state = 3;")).Message, StringComparison.Ordinal);
            Assert.Contains("ck_turns_state", Assert.Throws<SqliteException>(() => upgraded.Execute("UPDATE turns SET state = -1;")).Message, StringComparison.Ordinal);
        }
    }

    // A rule that is written anew in the schema's text is none of a connection that has read the text before.
    [Fact]
    public async Task The_connection_that_upgrades_goes_by_the_new_rules_at_once()
    {
        using var store = new TemporaryStore();
        using var database = store.Open();
        await Versions.ApplyAsync(database, Newest - 1);
        Assert.Contains("OpenEphemeral", await StepsAsync(database));

        await Migrator(database).MigrateAsync(CancellationToken.None);

        Assert.DoesNotContain("OpenEphemeral", await StepsAsync(database));
    }

    private static async Task<List<string>> StepsAsync(SqliteDatabase database)
    {
        await using var connection = await database.OpenForWriteAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
        // The schema is looked at by what runs, and not by what is explained.
        command.CommandText = "UPDATE turns SET state = 1 WHERE turn_id = -1; EXPLAIN UPDATE turns SET state = 1 WHERE turn_id = 1;";
        await using var reader = await command.ExecuteReaderAsync();
        List<string> steps = [];
        while (await reader.ReadAsync())
            steps.Add(reader.GetString(1));
        return steps;
    }

    // What the newer versions added has its default in the old rows, and nothing else: two rows a table, in every column.
    private static async Task AssertNewestIsWholeAsync(Database database, int version)
    {
        var (old, all) = (Versions.SchemaOf(version), Versions.SchemaOf(Newest));
        foreach (var line in await Versions.ReadAsync(database, all))
        {
            var (table, values) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..].Split('|'));
            var columns = all.Find(table)!;
            foreach (var (column, value) in columns.Zip(values).Skip(old.Find(table)?.Count ?? 0))
                Assert.Equal(column.Nullable ? "null" : ValueOf(column.Default), value);
        }
    }

    private static Migrator Migrator(Database database) => new(database, new FakeTime(ChatApp.Noon), NullLogger<Migrator>.Instance);

    private static string ValueOf(string literal) => literal.StartsWith("N'", StringComparison.Ordinal) ? literal[2..^1].Replace("''", "'", StringComparison.Ordinal) : literal;
}
