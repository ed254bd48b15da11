using System.Security.Cryptography;
using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>A table of the tests' own, in an empty database.</summary>
internal static class Samples
{
    public static readonly Sql CreateSamples = Sql.Of(
        sqlite: """
            CREATE TABLE samples (
                id TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL, maybe_id TEXT NULL, maybe_at INTEGER NULL,
                texts TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL, amount INTEGER NOT NULL);
            """,
        sqlServer: """
            CREATE TABLE dbo.samples (
                id uniqueidentifier NOT NULL PRIMARY KEY, at datetime2(3) NOT NULL, maybe_id uniqueidentifier NULL, maybe_at datetime2(3) NULL,
                texts nvarchar(max) NOT NULL, body nvarchar(4000) NOT NULL, hash binary(32) NOT NULL, amount bigint NOT NULL);
            """);

    public static readonly Sql Insert = Sql.Portable("""
        INSERT INTO dbo.samples (id, at, maybe_id, maybe_at, texts, body, hash, amount)
        VALUES (@Id, @At, @MaybeId, @MaybeAt, @Texts, @Body, @Hash, @Amount);
        """);

    public static readonly Sql Select = Sql.Portable("SELECT id, at, maybe_id, maybe_at, texts, body, hash, amount FROM dbo.samples WHERE id = @id;");

    public static readonly Sql Count = Sql.Portable("SELECT COUNT(*) FROM dbo.samples;");

    public static readonly Sql Between = Sql.Portable("SELECT COUNT(*) FROM dbo.samples WHERE at >= @from AND at < @to;");

    public static readonly Sql SetAmount = Sql.Portable("UPDATE dbo.samples SET amount = @amount;");

    public static readonly Sql AddOne = Sql.Portable("UPDATE dbo.samples SET amount = amount + 1;");

    public static readonly Sql Amount = Sql.Portable("SELECT amount FROM dbo.samples;");

    // Nine decimals of a second, of which columns keep three.
    public static readonly DateTimeOffset FineTime = new DateTimeOffset(2026, 4, 5, 23, 59, 59, 987, TimeSpan.Zero).AddTicks(6543);

    public static Sample Row => new() { Id = Guid.CreateVersion7(FineTime), At = FineTime, Hash = SHA256.HashData("key"u8) };

    public static async Task<EmptyDatabase> SamplesAsync(DatabaseEngine engine)
    {
        var store = await EmptyDatabase.CreateAsync(engine);
        await store.Database.WriteIdempotentAsync(CreateAsync, CancellationToken.None);
        return store;
    }

    // The table, and of the product's own tables the one that every database needs to be written to.
    private static async Task<bool> CreateAsync(DbSession session)
    {
        await session.ExecuteAsync(CreateSamples);
        foreach (var batch in Migration.For(session.Engine).Single(migration => migration.Name == "0006_unknown_outcomes").Batches)
            await session.ExecuteScriptAsync(batch);
        return true;
    }

    public static async Task<Sample> WriteAndReadAsync(Database database, Sample row)
    {
        Assert.Equal(1, await database.WriteAsync(session => session.ExecuteAsync(Insert, row), CancellationToken.None));
        return (await database.ReadAsync(session => session.FirstOrDefaultAsync<Sample>(Select, new { id = row.Id }), CancellationToken.None))!;
    }

    public static Task<int> CountAsync(Database database) =>
        database.ReadAsync(session => session.FirstOrDefaultAsync<int>(Count), CancellationToken.None);

    public static Task<long> AmountAsync(Database database) =>
        database.ReadAsync(session => session.FirstOrDefaultAsync<long>(Amount), CancellationToken.None);
}

/// <summary>A row with a column of every kind that the product has.</summary>
internal sealed record Sample
{
    public Guid Id { get; init; }

    public DateTimeOffset At { get; init; }

    public Guid? MaybeId { get; init; }

    public DateTimeOffset? MaybeAt { get; init; }

    public IReadOnlyList<string> Texts { get; init; } = [];

    public string Body { get; init; } = "text";

    public byte[] Hash { get; init; } = [];

    public long Amount { get; init; }
}
