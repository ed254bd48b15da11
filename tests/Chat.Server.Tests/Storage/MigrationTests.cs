using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

public sealed class MigrationTests : IDisposable
{
    private const string Contents = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name";

    private readonly TemporaryStore _store = new();

    private static IReadOnlyList<string> Names { get; } = [.. Migration.For(DatabaseEngine.Sqlite).Select(migration => migration.Name)];

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Both_engines_have_the_same_migrations_numbered_without_gaps()
    {
        Assert.Equal(Names, Migration.For(DatabaseEngine.SqlServer).Select(migration => migration.Name));
        Assert.Equal(Enumerable.Range(1, Names.Count).Select(number => $"{number:D4}"), Names.Select(name => name[..4]));
    }

    [Fact]
    public async Task Both_engines_end_with_the_same_schema()
    {
        await _store.MigrateAsync();
        var scripts = Migration.For(DatabaseEngine.SqlServer).SelectMany(migration => migration.Batches);
        Assert.Equal(LogicalSchema.OfSqlServer(scripts), LogicalSchema.OfSqlite(_store, asOnSqlServer: true));
    }

    [Theory]
    [InlineData("name nvarchar(400) NOT NULL", "name nvarchar(400) NULL")]
    [InlineData("active bit", "active nvarchar(5)")]
    [InlineData("uq_channels_key_hash", "uq_channels_hash")]
    [InlineData("CREATE UNIQUE INDEX uq_threads_session", "CREATE INDEX uq_threads_session")]
    [InlineData("WHERE state = 0", "WHERE state = 1")]
    [InlineData("(thread_id, turn_id)", "(turn_id, thread_id)")]
    [InlineData("REFERENCES dbo.threads (thread_id)", "REFERENCES dbo.threads (thread_id) ON DELETE CASCADE")]
    [InlineData("state IN (0, 1, 2)", "state IN (0, 1)")]
    [InlineData("consumed + reserved <= allocated", "consumed + reserved < allocated")]
    [InlineData("CONSTRAINT df_threads_minute_no DEFAULT 0", "CONSTRAINT df_threads_minute_no DEFAULT 1")]
    [InlineData("NOT NULL CONSTRAINT df_threads_minute_count DEFAULT 0", "NOT NULL")]
    [InlineData("PRIMARY KEY (channel_id, day_no, kind, code, model)", "PRIMARY KEY (channel_id, day_no, kind, code)")]
    [InlineData("turn_id bigint IDENTITY(1, 1)", "turn_id bigint")]
    [InlineData("message_id uniqueidentifier NOT NULL CONSTRAINT uq_usage_message_id UNIQUE,", "message_id uniqueidentifier NOT NULL, CONSTRAINT uq_usage_message_id UNIQUE (model),")]
    [InlineData("duration_ms bigint NOT NULL,", "")]
    [InlineData("first_token_ms bigint NULL", "first_token_ms bigint NULL, last_token_ms bigint NULL")]
    [InlineData("CREATE INDEX ix_turns_channel ON dbo.turns (channel_id);", "")]
    public async Task A_difference_between_the_schemas_is_seen(string text, string changed)
    {
        await _store.MigrateAsync();
        var scripts = Migration.For(DatabaseEngine.SqlServer).SelectMany(migration => migration.Batches).ToList();
        Assert.Contains(scripts, script => script.Contains(text, StringComparison.Ordinal));
        var different = scripts.Select(script => script.Replace(text, changed, StringComparison.Ordinal));
        Assert.NotEqual(LogicalSchema.OfSqlServer(different), LogicalSchema.OfSqlite(_store, asOnSqlServer: true));
    }

    [Fact]
    public async Task A_second_start_changes_nothing()
    {
        await _store.MigrateAsync();
        var (schema, applied) = (_store.Query(Contents), _store.Query("SELECT * FROM schema_migrations"));
        Assert.Equal(Names, _store.Query("SELECT name FROM schema_migrations ORDER BY name"));

        await _store.MigrateAsync();

        Assert.Equal(schema, _store.Query(Contents));
        Assert.Equal(applied, _store.Query("SELECT * FROM schema_migrations"));
        Assert.Equal(Names.Count, _store.Log.Lines.Count(line => line.Contains("Applied migration", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_start_on_a_migrated_database_needs_no_right_to_write()
    {
        await _store.MigrateAsync();
        await using var writer = _store.Connect();
        await using var transaction = writer.BeginTransaction(deferred: false);
        await _store.Migrator(_store.Open(new StorageOptions { BusyTimeout = TimeSpan.FromMilliseconds(1) })).MigrateAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Eight_processes_that_start_at_once_migrate_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(_store.MigrateAsync)));
        Assert.Equal(Names, _store.Query("SELECT name FROM schema_migrations ORDER BY name"));
        Assert.Equal(Names.Count, _store.Log.Lines.Count(line => line.Contains("Applied migration", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_status_names_what_is_pending_and_changes_nothing()
    {
        var status = await _store.Migrator().StatusAsync(CancellationToken.None);
        Assert.Equal(Names, status.Pending.Select(migration => migration.Name));
        Assert.Empty(status.Applied);
        Assert.Empty(_store.Query(Contents));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_of_a_newer_program_is_refused_and_left_alone(bool withPending)
    {
        await _store.MigrateAsync();
        _store.Execute("INSERT INTO schema_migrations (name, applied_at) VALUES ('9999_from_the_future', 0)");
        if (withPending)
            _store.Execute($"DELETE FROM schema_migrations WHERE name = '{Names[^1]}'");
        var (schema, applied) = (_store.Query(Contents), _store.Query("SELECT * FROM schema_migrations"));

        var refusal = await Assert.ThrowsAsync<DatabaseTooNewException>(_store.MigrateAsync);

        Assert.Equal(
            "The database is newer than this program: it has 9999_from_the_future, which this version does not know. "
            + "Start the newer version, or restore the backup that was made before it was started.",
            refusal.Message);
        Assert.Equal(schema, _store.Query(Contents));
        Assert.Equal(applied, _store.Query("SELECT * FROM schema_migrations"));
    }

    [Fact]
    public async Task A_script_that_fails_half_way_leaves_nothing_behind_and_can_be_run_again()
    {
        // Something that is not ours stands in the way of a table in the middle of the first script.
        _store.Execute("CREATE TABLE usage (mine INTEGER)");

        var fault = await Assert.ThrowsAsync<MigrationFailedException>(_store.MigrateAsync);
        Assert.StartsWith("Migration 0001_initial could not be applied, and nothing was changed: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("table usage already exists", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["usage"], _store.Query("SELECT name FROM sqlite_master"));

        _store.Execute("DROP TABLE usage");
        await _store.MigrateAsync();
        Assert.Equal(Names, _store.Query("SELECT name FROM schema_migrations ORDER BY name"));
    }

    [Fact]
    public void A_script_is_split_at_lines_that_say_GO_and_nowhere_else()
    {
        var migration = new Migration("0001_test", "SELECT 1;\r\nGO\r\nSELECT N'GO';\n  GO  \nGOTO;\nGO\n");
        Assert.Equal(["SELECT 1;", "SELECT N'GO';", "GOTO;"], migration.Batches.Select(batch => batch.Trim()));
    }
}
