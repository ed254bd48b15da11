using System.Data.Common;

namespace Chat.Server.Storage;

/// <summary>What of the schema is in place.</summary>
/// <param name="Applied">The migrations that the database records.</param>
/// <param name="Pending">Those of this program that it does not, in order.</param>
/// <param name="Unknown">Those that it records and this program does not know: the database is newer than the program.</param>
public sealed record MigrationStatus(IReadOnlyList<string> Applied, IReadOnlyList<Migration> Pending, IReadOnlyList<string> Unknown);

/// <summary>The database was migrated by a newer version of the program, which alone knows what its columns mean.</summary>
public sealed class DatabaseTooNewException(IReadOnlyList<string> unknown) : Exception(
    $"The database is newer than this program: it has {string.Join(", ", unknown)}, which this version does not know. "
    + "Start the newer version, or restore the backup that was made before it was started.");

/// <summary>A migration could not be applied, as where the login may not change the schema. Nothing was changed.</summary>
public sealed class MigrationFailedException(string migration, DbException inner) : Exception(
    $"Migration {migration} could not be applied, and nothing was changed: {inner.Message}", inner);

/// <summary>Brings the schema up to date: every missing script, in order, each recorded, under one lock.</summary>
public sealed partial class Migrator(Database database, TimeProvider time, ILogger<Migrator> logger)
{
    /// <summary>The table of applied migrations; the printed script makes it by the same text.</summary>
    internal static readonly Sql CreateTable = Sql.Of(
        sqlite: """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                name TEXT NOT NULL CONSTRAINT pk_schema_migrations PRIMARY KEY,
                applied_at INTEGER NOT NULL
            );
            """,
        sqlServer: """
            IF OBJECT_ID(N'dbo.schema_migrations') IS NULL
                CREATE TABLE dbo.schema_migrations (
                    name nvarchar(100) COLLATE Latin1_General_BIN2 NOT NULL CONSTRAINT pk_schema_migrations PRIMARY KEY,
                    applied_at datetime2(3) NOT NULL
                );
            """);

    private static readonly Sql TableCount = Sql.Of(
        sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations';",
        sqlServer: "SELECT CASE WHEN OBJECT_ID(N'dbo.schema_migrations') IS NULL THEN 0 ELSE 1 END;");

    private static readonly Sql SelectApplied = Sql.Portable("SELECT name FROM dbo.schema_migrations ORDER BY name;");

    private static readonly Sql Record = Sql.Portable("INSERT INTO dbo.schema_migrations (name, applied_at) VALUES (@name, @now);");

    /// <summary>What is in place and what is missing; changes nothing.</summary>
    /// <exception cref="StoreUnavailableException">The store is out of reach.</exception>
    public Task<MigrationStatus> StatusAsync(CancellationToken cancellationToken) =>
        database.ReadAlwaysAsync(ReadStatusAsync, cancellationToken);

    /// <summary>Applies what is missing and names it. Run by several processes at once, one applies and the others find nothing to do.</summary>
    /// <exception cref="DatabaseTooNewException">The database is newer than this program; nothing was changed.</exception>
    /// <exception cref="MigrationFailedException">A script failed; nothing was changed.</exception>
    /// <exception cref="StoreUnavailableException">The store is out of reach.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        await database.PrepareAsync(cancellationToken);
        // A look without the lock first: the usual start has nothing to do, and its login may have no right to change the schema.
        if (Checked(await StatusAsync(cancellationToken)).Pending.Count == 0)
            return [];

        var current = "schema_migrations";
        try
        {
            // Idempotent: it looks, under the lock, at what is missing still. Nor is there a table for marks before the first migrations.
            return await database.WriteAlwaysAsync(session => ApplyAsync(session, name => current = name), cancellationToken);
        }
        catch (DbException fault)
        {
            throw new MigrationFailedException(current, fault);
        }
    }

    /// <summary>Sees to it that nothing is missing: applies it, or, where that is not this process's task, refuses.</summary>
    /// <exception cref="PendingMigrationsException">Something is missing, and <paramref name="apply"/> is false; nothing was changed.</exception>
    public async Task EnsureAsync(bool apply, CancellationToken cancellationToken)
    {
        if (apply)
        {
            await MigrateAsync(cancellationToken);
            return;
        }

        await database.PrepareAsync(cancellationToken);
        if (Checked(await StatusAsync(cancellationToken)).Pending is { Count: > 0 } pending)
            throw new PendingMigrationsException(pending);
    }

    private static MigrationStatus Checked(MigrationStatus status) =>
        status.Unknown.Count == 0 ? status : throw new DatabaseTooNewException(status.Unknown);

    private async Task<IReadOnlyList<string>> ApplyAsync(DbSession session, Action<string> begin)
    {
        await database.LockForMigrationAsync(session);
        await session.ExecuteAsync(CreateTable);
        // A look again under the lock: another process may have applied in the meantime what this one found missing.
        var pending = Checked(await ReadStatusAsync(session)).Pending;
        foreach (var migration in pending)
        {
            begin(migration.Name);
            foreach (var batch in migration.Batches)
                await session.ExecuteScriptAsync(batch);
            await session.ExecuteAsync(Record, new { name = migration.Name, now = time.GetUtcNow() });
            Log.Applied(logger, migration.Name);
        }

        return [.. pending.Select(migration => migration.Name)];
    }

    private async Task<MigrationStatus> ReadStatusAsync(DbSession session)
    {
        var known = Migration.For(database.Engine);
        var applied = await session.FirstOrDefaultAsync<int>(TableCount) == 0 ? [] : await session.ListAsync<string>(SelectApplied);
        var appliedNames = applied.ToHashSet(StringComparer.Ordinal);
        var knownNames = known.Select(migration => migration.Name).ToHashSet(StringComparer.Ordinal);
        return new MigrationStatus(
            applied,
            [.. known.Where(migration => !appliedNames.Contains(migration.Name))],
            [.. applied.Where(name => !knownNames.Contains(name))]);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Migration}.")]
        public static partial void Applied(ILogger logger, string migration);
    }
}
