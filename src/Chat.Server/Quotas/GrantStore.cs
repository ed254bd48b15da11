using Chat.Server.Storage;

namespace Chat.Server.Quotas;

/// <summary>A grant as it stands in its append-only table. Amounts are micro-credits.</summary>
public sealed record Grant
{
    /// <summary>The grant's number.</summary>
    public long GrantId { get; init; }

    /// <summary>How much was granted.</summary>
    public long Credits { get; init; }

    /// <summary>What the operator noted.</summary>
    public string Note { get; init; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Grants, a channel's first among them: appended to <c>credit_grants</c> and added to the account, in the caller's transaction.</summary>
public sealed class GrantStore
{
    private const string InsertColumns = "channel_id, credits, note, idempotency_key, created_at";
    private const string InsertValues = "@channelId, @credits, @note, @key, @now";

    private static readonly Sql SelectByKey = Sql.Portable("""
        SELECT grant_id, credits, note, created_at FROM dbo.credit_grants WHERE channel_id = @channelId AND idempotency_key = @key;
        """);

    private static readonly Sql Insert = Sql.Of(
        sqlite: $"INSERT INTO credit_grants ({InsertColumns}) VALUES ({InsertValues}) RETURNING grant_id;",
        sqlServer: $"INSERT INTO dbo.credit_grants ({InsertColumns}) OUTPUT inserted.grant_id VALUES ({InsertValues});");

    private static readonly Sql AddAllocated = Sql.Portable("""
        UPDATE dbo.channel_usage SET allocated = allocated + @credits WHERE channel_id = @channelId AND allocated <= @most - @credits;
        """);

    /// <summary>The grant that was made with this key, or null.</summary>
    public Task<Grant?> FindAsync(DbSession session, long channelId, string key) =>
        session.FirstOrDefaultAsync<Grant>(SelectByKey, new { channelId, key });

    /// <summary>
    /// Grants credits; null, and nothing is changed, where the account would pass <see cref="Credits.MaxGrant"/> in all. Of two
    /// at once with one key, the second meets the first's row and the transaction is run again, which then finds it.
    /// </summary>
    public async Task<Grant?> AddAsync(DbSession session, long channelId, long credits, string note, string? key, DateTimeOffset now)
    {
        if (await session.ExecuteAsync(AddAllocated, new { channelId, credits, most = Credits.ToMicro(Credits.MaxGrant) }) == 0)
            return null;
        var grantId = await session.FirstOrDefaultAsync<long>(Insert, new { channelId, credits, note, key, now });
        return new Grant { GrantId = grantId, Credits = credits, Note = note, CreatedAt = now };
    }
}
