using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>
/// Deletes threads with their turns: one that its visitor asks to forget, and in batches those that have expired. A turn
/// that is still running is cut loose and loses its text at once; it settles as any other, and keeps no reply.
/// </summary>
public sealed class ThreadEraser(Database database)
{
    private static readonly Sql SelectThread = Sql.Portable(
        "SELECT thread_id FROM dbo.threads WHERE channel_id = @ChannelId AND session_hash = @Hash;");

    private static readonly Sql SelectExpired = Sql.Of(
        sqlite: "SELECT thread_id FROM threads WHERE expires_at <= @now ORDER BY expires_at LIMIT @limit;",
        sqlServer: "SELECT TOP (@limit) thread_id FROM dbo.threads WHERE expires_at <= @now ORDER BY expires_at;");

    // A turn whose idempotency key still counts stays as the key's record, without a word: its retry must not be charged again.
    private static readonly Sql CutLoose = Sql.Portable("""
        UPDATE dbo.turns SET thread_id = NULL, message = @empty, reply = NULL
        WHERE thread_id = @threadId AND (state = 0 OR (idempotency_key IS NOT NULL AND created_at > @keysSince));
        """);

    private static readonly Sql DeleteTurns = Sql.Portable("DELETE FROM dbo.turns WHERE thread_id = @threadId;");

    private static readonly Sql DeleteThread = Sql.Portable("DELETE FROM dbo.threads WHERE thread_id = @threadId;");

    // Between the look for expired threads and their transaction, a message may have prolonged one.
    private static readonly Sql IsExpired = Sql.Portable("SELECT COUNT(*) FROM dbo.threads WHERE thread_id = @threadId AND expires_at <= @now;");

    private static readonly Sql DeleteLoose = Sql.Portable("""
        DELETE FROM dbo.turns WHERE thread_id IS NULL AND state <> 0 AND (idempotency_key IS NULL OR created_at <= @keysSince);
        """);

    /// <summary>Forgets a session at once; one that is not there is forgotten already.</summary>
    public Task ForgetAsync(SessionKey key, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            foreach (var threadId in await session.ListAsync<long>(SelectThread, new { key.ChannelId, key.Hash }))
                await EraseAsync(session, threadId, now);
            return true;
        },
        cancellationToken);

    /// <summary>Deletes at most <paramref name="limit"/> expired threads in one transaction, and says how many.</summary>
    public async Task<int> PurgeAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var expired = await database.ReadAsync(session => session.ListAsync<long>(SelectExpired, new { now, limit }), cancellationToken);
        return expired.Count == 0 ? 0 : await database.WriteIdempotentAsync(session => PurgeAsync(session, expired, now), cancellationToken);
    }

    /// <summary>Deletes turns that lost their thread, once they are settled and their keys are of no more use.</summary>
    public Task PurgeLooseAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteIdempotentAsync(session => session.ExecuteAsync(DeleteLoose, new { keysSince = now - IdempotencyKey.Lifetime }), cancellationToken);

    private static async Task<int> PurgeAsync(DbSession session, IReadOnlyList<long> threads, DateTimeOffset now)
    {
        foreach (var threadId in threads)
        {
            if (await session.FirstOrDefaultAsync<int>(IsExpired, new { threadId, now }) > 0)
                await EraseAsync(session, threadId, now);
        }

        return threads.Count;
    }

    private static async Task EraseAsync(DbSession session, long threadId, DateTimeOffset now)
    {
        await session.ExecuteAsync(CutLoose, new { threadId, empty = "", keysSince = now - IdempotencyKey.Lifetime });
        await session.ExecuteAsync(DeleteTurns, new { threadId });
        await session.ExecuteAsync(DeleteThread, new { threadId });
    }
}
