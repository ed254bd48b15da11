using Chat.Server.Quotas;
using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>
/// Deletes threads with their turns: one that its visitor asks to forget, and in batches those that have expired. A turn
/// that is still running is cut loose and loses its text at once; it settles as any other, and keeps no reply.
/// </summary>
public sealed class ThreadEraser(Database database, FeedbackStore feedback)
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

    // First of all: whoever has the thread's row decides. A message that comes now waits, finds the session gone and begins
    // another thread; without this it could add a turn to a thread whose turns have just been deleted.
    private static readonly Sql Detach = Sql.Portable("UPDATE dbo.threads SET session_hash = NULL WHERE thread_id = @threadId;");

    // Between the look for expired threads and their transaction, a reply may have prolonged one.
    private static readonly Sql DetachExpired = Sql.Portable("""
        UPDATE dbo.threads SET session_hash = NULL WHERE thread_id = @threadId AND expires_at <= @now;
        """);

    private const string Loose = "thread_id IS NULL AND state <> 0 AND (idempotency_key IS NULL OR created_at <= @keysSince)";

    // In batches: a statement that locks thousands of rows locks the table instead, and every visitor waits.
    private static readonly Sql DeleteLoose = Sql.Of(
        sqlite: $"DELETE FROM turns WHERE turn_id IN (SELECT turn_id FROM turns WHERE {Loose} LIMIT @limit);",
        sqlServer: $"DELETE TOP (@limit) FROM dbo.turns WHERE {Loose};");

    /// <summary>Forgets a session at once; one that is not there is forgotten already.</summary>
    public Task ForgetAsync(SessionKey key, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            foreach (var threadId in await session.ListAsync<long>(SelectThread, new { key.ChannelId, key.Hash }))
            {
                if (await session.ExecuteAsync(Detach, new { threadId }) == 0)
                    continue;
                await feedback.EraseCommentsAsync(session, threadId);
                await EraseAsync(session, threadId, now);
            }

            return true;
        },
        cancellationToken);

    /// <summary>Deletes at most <paramref name="limit"/> expired threads in one transaction, and says how many.</summary>
    public async Task<int> PurgeAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var expired = await database.ReadAsync(session => session.ListAsync<long>(SelectExpired, new { now, limit }), cancellationToken);
        return expired.Count == 0 ? 0 : await database.WriteIdempotentAsync(session => PurgeAsync(session, expired, now), cancellationToken);
    }

    /// <summary>Deletes at most <paramref name="limit"/> turns that lost their thread, once they are settled and their keys are of no more use, and says how many.</summary>
    public Task<int> PurgeLooseAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) => database.WriteIdempotentAsync(
        session => session.ExecuteAsync(DeleteLoose, new { keysSince = now - IdempotencyKey.Lifetime, limit }), cancellationToken);

    private static async Task<int> PurgeAsync(DbSession session, IReadOnlyList<long> threads, DateTimeOffset now)
    {
        foreach (var threadId in threads)
        {
            if (await session.ExecuteAsync(DetachExpired, new { threadId, now }) > 0)
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
