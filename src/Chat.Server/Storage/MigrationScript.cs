using System.Text;

namespace Chat.Server.Storage;

/// <summary>The migrations as one script, for whoever applies them by hand.</summary>
public static class MigrationScript
{
    /// <summary>Writes the script; needs no database.</summary>
    /// <param name="engine">Whose dialect.</param>
    /// <param name="from">The newest migration that the database has already: only later ones are written. Null: all are.</param>
    /// <exception cref="ArgumentException">There is no migration of that name.</exception>
    public static string Write(DatabaseEngine engine, string? from = null)
    {
        var all = Migration.For(engine);
        var first = from is null ? 0 : all.TakeWhile(migration => migration.Name != from).Count() + 1;
        if (first > all.Count)
            throw new ArgumentException($"There is no migration {from}. There are {string.Join(", ", all.Select(migration => migration.Name))}.", nameof(from));
        var migrations = all.Select((migration, index) => (migration, index == 0 ? null : all[index - 1].Name)).Skip(first).ToList();
        return engine == DatabaseEngine.Sqlite ? SqliteMigrationScript.Write(migrations) : SqlServerMigrationScript.Write(migrations);
    }

    /// <summary>Which migrations a script holds, in words.</summary>
    internal static string Range(IReadOnlyList<(Migration Migration, string? Before)> migrations) => migrations switch
    {
        [] => "no migration",
        [var (only, _)] => only.Name,
        _ => $"{migrations[0].Migration.Name} to {migrations[^1].Migration.Name}",
    };
}

/// <summary>
/// The script for SQL Server. It may be run on a database of any earlier version, and again. Each migration is a batch of its own
/// and one transaction: skipped where it is recorded, refused where the one before it is not, else applied and recorded as a whole.
/// <para>
/// What a migration does stands in <c>EXEC (N'…')</c>, because SQL Server resolves the columns of tables that exist when it
/// compiles a batch, also in a branch that is not taken: an index on a column that the same batch adds, or that a later migration
/// removed, would fail the whole batch. A text in EXEC is compiled when it is reached. The same holds a compile error inside the
/// TRY block, where one of the batch itself would pass CATCH by and leave the transaction open. SET NOEXEC would guard the
/// batches too, but what it leaves behind when a run is broken off is a session that silently executes nothing.
/// </para>
/// </summary>
internal static class SqlServerMigrationScript
{
    private const string Header = """
        -- Chat: {0}, for SQL Server.
        -- Run it in the service's own database with a login that may change the schema: in SSMS, or by sqlcmd -b.
        -- It may be run again, and on a database of any earlier version. Each migration is applied as a whole or not at all.

        -- Filtered indexes can only be made with these; sqlcmd begins with QUOTED_IDENTIFIER off.
        SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
        SET NUMERIC_ROUNDABORT, IMPLICIT_TRANSACTIONS OFF;
        SET NOCOUNT, XACT_ABORT ON;
        GO

        """;

    // One at a time, also beside a service that is starting (Database.LockForMigrationAsync).
    private const string Batch = """

        -- {0}
        BEGIN TRY
            BEGIN TRANSACTION;
            DECLARE @granted int;
            EXEC @granted = sp_getapplock @Resource = N'chat.migrations', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 20000;
            IF @granted < 0
                THROW 50000, N'Another process is migrating the database. Nothing was changed: run the script again.', 1;
        {1}
            COMMIT TRANSACTION;
        END TRY
        BEGIN CATCH
            IF XACT_STATE() <> 0
                ROLLBACK TRANSACTION;
            THROW;
        END CATCH;
        GO

        """;

    private const string Bookkeeping = """
            IF DB_NAME() IN (N'master', N'model', N'msdb', N'tempdb')
                THROW 50000, N'This is a system database: choose the service''s own first. Nothing was changed.', 1;
        {0}
        """;

    private const string Guarded = """
            IF OBJECT_ID(N'dbo.schema_migrations') IS NULL
                THROW 50000, N'There is no table dbo.schema_migrations: the first batch of this script makes it, and did not. Nothing was changed.', 1;
            IF NOT EXISTS (SELECT 1 FROM dbo.schema_migrations WHERE name = N'{0}')
            BEGIN
        {1}
                INSERT INTO dbo.schema_migrations (name, applied_at) VALUES (N'{0}', SYSUTCDATETIME());
                PRINT N'Applied {0}.';
            END;
        """;

    private const string Predecessor = """
                IF NOT EXISTS (SELECT 1 FROM dbo.schema_migrations WHERE name = N'{1}')
                    THROW 50000, N'{0} needs {1}, which is not applied. Nothing was changed.', 1;
        """;

    public static string Write(IReadOnlyList<(Migration Migration, string? Before)> migrations)
    {
        var script = new StringBuilder().AppendFormat(null, Header, MigrationScript.Range(migrations));
        script.AppendFormat(null, Batch, "The table of applied migrations.", string.Format(null, Bookkeeping, Migrator.CreateTable.For(DatabaseEngine.SqlServer)));
        foreach (var (migration, before) in migrations)
            script.AppendFormat(null, Batch, migration.Name, string.Format(null, Guarded, migration.Name, Body(migration, before)));
        return script.ToString();
    }

    // A migration's text begins at the margin: moving it in would change the literals in it that have several lines.
    private static string Body(Migration migration, string? before)
    {
        var batches = migration.Batches.Select(batch => $"EXEC (N'\n{batch.Trim().Replace("'", "''", StringComparison.Ordinal)}\n');");
        return string.Join('\n', before is null ? batches : batches.Prepend(string.Format(null, Predecessor, migration.Name, before)));
    }
}

/// <summary>
/// The script for SQLite, for the sqlite3 shell. SQLite has no conditional statement, so this one fits one version: it begins with
/// a check that the database has exactly what comes before it, and is one transaction.
/// </summary>
internal static class SqliteMigrationScript
{
    private const string Header = """
        -- Chat: {0}, for SQLite.
        -- Run it while the service is stopped: sqlite3 data/chat.db < this-file. It fits a database {1}, and changes nothing in any other.
        .bail on
        BEGIN IMMEDIATE;

        {2}
        CREATE TEMPORARY TABLE chat_guard (fits INTEGER CONSTRAINT "this script is for a database {1}" CHECK (fits = 1));
        INSERT INTO chat_guard (fits) SELECT (SELECT MAX(name) FROM schema_migrations) IS {3};
        DROP TABLE chat_guard;

        """;

    public static string Write(IReadOnlyList<(Migration Migration, string? Before)> migrations)
    {
        var before = migrations.Count == 0 ? Migration.For(DatabaseEngine.Sqlite)[^1].Name : migrations[0].Before;
        var script = new StringBuilder().AppendFormat(
            null,
            Header,
            MigrationScript.Range(migrations),
            before is null ? "without any migration" : $"whose newest migration is {before}",
            Migrator.CreateTable.For(DatabaseEngine.Sqlite),
            before is null ? "NULL" : $"'{before}'");
        foreach (var (migration, _) in migrations)
        {
            script.Append($"\n-- {migration.Name}\n{string.Join('\n', migration.Batches).Trim()}\n")
                .Append($"INSERT INTO schema_migrations (name, applied_at) VALUES ('{migration.Name}', CAST(strftime('%s', 'now') AS INTEGER) * 1000);\n");
        }

        return script.Append("\nCOMMIT;\n").ToString();
    }
}
