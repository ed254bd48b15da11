using System.Text.RegularExpressions;
using Chat.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>What <c>database script</c> prints does what the migrator does, on every version that a database may have.</summary>
public sealed partial class MigrationScriptTests : IDisposable
{
    private const string Contents = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name";

    private readonly TemporaryStore _store = new();

    private static IReadOnlyList<Migration> SqliteMigrations { get; } = Migration.For(DatabaseEngine.Sqlite);

    private static IReadOnlyList<string> Names { get; } = [.. SqliteMigrations.Select(migration => migration.Name)];

    /// <summary>How many migrations a database has already: none, or all but the last at most.</summary>
    public static TheoryData<int> EarlierVersions => [.. Enumerable.Range(0, Names.Count)];

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_script_is_TSql_in_every_batch_and_in_every_text_that_it_executes()
    {
        var script = MigrationScript.Write(DatabaseEngine.SqlServer);

        var batches = Separator().Split(script).Where(batch => batch.Trim().Length > 0).ToList();
        Assert.Equal(Names.Count + 2, batches.Count);
        foreach (var text in batches.Concat(ExecutedBy(script)))
            Assert.Empty(TSqlScripts.Parse(text).Errors);
    }

    [Fact]
    public void The_script_makes_the_schema_that_the_migrator_makes()
    {
        var migrations = Migration.For(DatabaseEngine.SqlServer).SelectMany(migration => migration.Batches).ToList();
        var executed = ExecutedBy(MigrationScript.Write(DatabaseEngine.SqlServer)).ToList();

        Assert.Equal(migrations.Select(batch => batch.Trim()), executed.Select(batch => batch.Trim()));
        Assert.Equal(LogicalSchema.OfSqlServer(migrations), LogicalSchema.OfSqlServer(executed));
    }

    [Fact]
    public void Each_migration_is_locked_guarded_ordered_recorded_and_undone_as_a_whole()
    {
        var batches = TSqlScripts.Parse(MigrationScript.Write(DatabaseEngine.SqlServer)).Script!.Batches.TakeLast(Names.Count).ToList();
        for (var index = 0; index < Names.Count; index++)
        {
            var attempt = Assert.IsType<TryCatchStatement>(Assert.Single(batches[index].Statements));
            var steps = attempt.TryStatements.Statements;
            Assert.IsType<BeginTransactionStatement>(steps[0]);
            Assert.Contains("sp_getapplock @Resource = N'chat.migrations', @LockMode = N'Exclusive', @LockOwner = N'Transaction'", TSqlScripts.TextOf(steps[2]), StringComparison.Ordinal);
            Assert.StartsWith("IF @granted < 0", TSqlScripts.TextOf(steps[3]), StringComparison.Ordinal);
            Assert.StartsWith("IF OBJECT_ID(N'dbo.schema_migrations') IS NULL", TSqlScripts.TextOf(steps[4]), StringComparison.Ordinal);
            Assert.IsType<CommitTransactionStatement>(steps[^1]);
            Assert.Equal("IF XACT_STATE() <> 0 ROLLBACK TRANSACTION; THROW;", Blanks().Replace(TSqlScripts.TextOf(attempt.CatchStatements), " "));

            var guarded = Assert.IsType<IfStatement>(steps[^2]);
            Assert.Equal($"NOT EXISTS (SELECT 1 FROM dbo.schema_migrations WHERE name = N'{Names[index]}')", TSqlScripts.TextOf(guarded.Predicate));
            var body = Assert.IsType<BeginEndBlockStatement>(guarded.ThenStatement).StatementList.Statements;
            if (index > 0)
                Assert.StartsWith($"IF NOT EXISTS (SELECT 1 FROM dbo.schema_migrations WHERE name = N'{Names[index - 1]}')", TSqlScripts.TextOf(body[0]), StringComparison.Ordinal);
            Assert.All(body.Skip(index > 0 ? 1 : 0).SkipLast(2), statement => Assert.IsType<ExecuteStatement>(statement));
            Assert.StartsWith($"INSERT INTO dbo.schema_migrations (name, applied_at) VALUES (N'{Names[index]}'", TSqlScripts.TextOf(body[^2]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_in_the_script_is_a_command_or_a_variable_of_sqlcmd_and_quoted_identifiers_are_on()
    {
        var script = MigrationScript.Write(DatabaseEngine.SqlServer);

        Assert.DoesNotContain("$(", script, StringComparison.Ordinal);
        Assert.DoesNotMatch(SqlcmdCommand(), script);
        Assert.Contains("QUOTED_IDENTIFIER ON;", script[..script.IndexOf("CREATE TABLE", StringComparison.Ordinal)], StringComparison.Ordinal);
        // The control: what the check is there for, it sees.
        Assert.Matches(SqlcmdCommand(), "SELECT 1;\n:r other.sql\n");
    }

    [Fact]
    public void From_a_migration_on_the_script_has_only_the_later_ones()
    {
        var script = MigrationScript.Write(DatabaseEngine.SqlServer, Names[0]);

        Assert.DoesNotContain("CREATE TABLE dbo.channels ", script, StringComparison.Ordinal);
        Assert.Equal(Migration.For(DatabaseEngine.SqlServer).Skip(1).SelectMany(migration => migration.Batches).Select(batch => batch.Trim()), ExecutedBy(script).Select(batch => batch.Trim()));
        Assert.Contains($"{Names[1]} needs {Names[0]}, which is not applied.", script, StringComparison.Ordinal);
        Assert.Empty(ExecutedBy(MigrationScript.Write(DatabaseEngine.SqlServer, Names[^1])));
        Assert.Throws<ArgumentException>(() => MigrationScript.Write(DatabaseEngine.SqlServer, "0000_nothing"));
    }

    [Theory]
    [MemberData(nameof(EarlierVersions))]
    public async Task On_SQLite_the_script_leads_every_earlier_version_to_the_migrators_schema(int applied)
    {
        Apply(applied);

        Run(MigrationScript.Write(DatabaseEngine.Sqlite, applied == 0 ? null : Names[applied - 1]));

        using var migrated = new TemporaryStore();
        await migrated.MigrateAsync();
        Assert.Equal(migrated.Query(Contents), _store.Query(Contents));
        Assert.Equal(Names, _store.Query("SELECT name FROM schema_migrations ORDER BY name"));
        Assert.Empty((await _store.Migrator().StatusAsync(CancellationToken.None)).Pending);
    }

    [Theory]
    [MemberData(nameof(EarlierVersions))]
    public void On_SQLite_the_script_for_another_version_changes_nothing(int applied)
    {
        Apply(applied);
        var (schema, names) = (_store.Query(Contents), applied == 0 ? [] : _store.Query("SELECT * FROM schema_migrations"));

        foreach (var from in Names.Prepend(null).Where((_, index) => index != applied).SkipLast(applied == Names.Count ? 1 : 0))
        {
            var fault = Assert.Throws<SqliteException>(() => Run(MigrationScript.Write(DatabaseEngine.Sqlite, from)));
            Assert.Contains("this script is for a database", fault.Message, StringComparison.Ordinal);
            Assert.Equal(schema, _store.Query(Contents));
            Assert.Equal(names, applied == 0 ? [] : _store.Query("SELECT * FROM schema_migrations"));
        }
    }

    [Theory]
    [OnSqlServer]
    public async Task On_SQL_Server_the_script_leads_every_earlier_version_to_the_migrators_schema(DatabaseEngine engine)
    {
        Assert.Equal(DatabaseEngine.SqlServer, engine);
        var migrated = await ColumnsAfterAsync(Names.Count, script: null);
        for (var applied = 0; applied < Names.Count; applied++)
            Assert.Equal(migrated, await ColumnsAfterAsync(applied, MigrationScript.Write(DatabaseEngine.SqlServer)));
    }

    // The script is run twice: the second run finds nothing to do.
    private static async Task<IReadOnlyList<string>> ColumnsAfterAsync(int applied, string? script)
    {
        await using var store = await EmptyDatabase.CreateAsync(DatabaseEngine.SqlServer);
        await Versions.ApplyAsync(store.Database, applied);
        foreach (var batch in Separator().Split(script + script).Where(batch => batch.Trim().Length > 0))
            await store.Database.ReadAlwaysAsync(async session => { await session.ExecuteScriptAsync(batch); return 0; }, CancellationToken.None);
        return await store.Database.ReadAsync(
            session => session.ListAsync<string>(Sql.Of(
                sqlite: "SELECT 0;",
                sqlServer: "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME, ' ', DATA_TYPE, ' ', IS_NULLABLE, ' ', COLUMN_DEFAULT) AS line FROM INFORMATION_SCHEMA.COLUMNS UNION ALL SELECT name FROM dbo.schema_migrations ORDER BY line;")),
            CancellationToken.None);
    }

    private void Apply(int count)
    {
        if (count > 0)
            _store.Execute(Migrator.CreateTable.For(DatabaseEngine.Sqlite));
        foreach (var migration in SqliteMigrations.Take(count))
            Run(string.Join('\n', migration.Batches) + $"INSERT INTO schema_migrations (name, applied_at) VALUES ('{migration.Name}', 0);");
    }

    // As the shell runs it: to the first fault, and no further. Its own command for that is not SQL.
    private void Run(string script)
    {
        using var connection = _store.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = script.Replace(".bail on\n", "", StringComparison.Ordinal);
        command.ExecuteNonQuery();
    }

    private static IEnumerable<string> ExecutedBy(string script)
    {
        var visitor = new ExecutedTexts();
        TSqlScripts.Parse(script).Script!.Accept(visitor);
        return visitor.Texts;
    }

    private sealed class ExecutedTexts : TSqlFragmentVisitor
    {
        public List<string> Texts { get; } = [];

        public override void Visit(ExecutableStringList node) => Texts.Add(string.Concat(node.Strings.Cast<StringLiteral>().Select(literal => literal.Value)));
    }

    [GeneratedRegex(@"^GO\r?$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^[ \t]*(:|!!)", RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SqlcmdCommand();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
