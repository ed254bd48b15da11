using Chat.Server.Storage;

namespace Chat.Server.Quotas;

/// <summary>
/// Deletes the lines of usage and the ratings of a channel that is to go, in batches. Each takes its credits out of what the
/// account has consumed, so that the books add up at every instant, however far it comes.
/// </summary>
public sealed class AccountEraser(Database database)
{
    private const int BatchSize = 500;

    private static readonly Sql DeleteLines = Sql.Of(
        sqlite: "DELETE FROM usage WHERE usage_id IN (SELECT usage_id FROM usage WHERE channel_id = @channelId LIMIT @limit) RETURNING credits;",
        sqlServer: "DELETE TOP (@limit) FROM dbo.usage OUTPUT deleted.credits WHERE channel_id = @channelId;");

    private static readonly Sql TakeOut = Sql.Portable("UPDATE dbo.channel_usage SET consumed = consumed - @credits WHERE channel_id = @channelId;");

    private static readonly Sql DeleteRatings = Sql.Of(
        sqlite: "DELETE FROM feedback WHERE message_id IN (SELECT message_id FROM feedback WHERE channel_id = @channelId LIMIT @limit);",
        sqlServer: "DELETE TOP (@limit) FROM dbo.feedback WHERE channel_id = @channelId;");

    /// <summary>Deletes them; broken off, it goes on when it is called again.</summary>
    public async Task EraseAsync(long channelId, CancellationToken cancellationToken)
    {
        while (await database.WriteIdempotentAsync(session => session.ExecuteAsync(DeleteRatings, new { channelId, limit = BatchSize }), cancellationToken) > 0)
            cancellationToken.ThrowIfCancellationRequested();
        while (await database.WriteAsync(session => EraseBatchAsync(session, channelId), cancellationToken) > 0)
            cancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task<int> EraseBatchAsync(DbSession session, long channelId)
    {
        var charges = await session.ListAsync<long>(DeleteLines, new { channelId, limit = BatchSize });
        if (charges.Count > 0)
            await session.ExecuteAsync(TakeOut, new { channelId, credits = charges.Sum() });
        return charges.Count;
    }
}
