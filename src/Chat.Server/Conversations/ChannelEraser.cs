using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>
/// Deletes what a channel's visitors said, in batches: visitors of other channels wait for milliseconds, however much it is.
/// What is still being answered stays until the channel itself goes.
/// </summary>
public sealed class ChannelEraser(Database database)
{
    private const int BatchSize = 100;

    private static readonly Sql SelectThreads = Sql.Of(
        sqlite: "SELECT thread_id FROM threads WHERE channel_id = @channelId AND thread_id > @after ORDER BY thread_id LIMIT @limit;",
        sqlServer: "SELECT TOP (@limit) thread_id FROM dbo.threads WHERE channel_id = @channelId AND thread_id > @after ORDER BY thread_id;");

    // First: whoever has the thread's row decides. A message that comes now waits, finds the session gone and begins another thread.
    private static readonly Sql Detach = Sql.Portable("UPDATE dbo.threads SET session_hash = NULL WHERE thread_id = @threadId;");

    private static readonly Sql DeleteTurns = Sql.Portable("DELETE FROM dbo.turns WHERE thread_id = @threadId AND state <> 0;");

    private static readonly Sql DeleteThread = Sql.Portable("""
        DELETE FROM dbo.threads WHERE thread_id = @threadId AND NOT EXISTS (SELECT turn_id FROM dbo.turns WHERE thread_id = @threadId);
        """);

    private static readonly Sql DeleteLooseTurns = Sql.Of(
        sqlite: "DELETE FROM turns WHERE turn_id IN (SELECT turn_id FROM turns WHERE channel_id = @channelId AND thread_id IS NULL AND state <> 0 LIMIT @limit);",
        sqlServer: "DELETE TOP (@limit) FROM dbo.turns WHERE channel_id = @channelId AND thread_id IS NULL AND state <> 0;");

    /// <summary>Deletes the channel's sessions and turns; broken off, it goes on when it is called again.</summary>
    public async Task EraseAsync(long channelId, CancellationToken cancellationToken)
    {
        var after = 0L;
        while (await EraseThreadsAsync(channelId, after, cancellationToken) is { } last)
            after = last;
        while (await database.WriteIdempotentAsync(session => session.ExecuteAsync(DeleteLooseTurns, new { channelId, limit = BatchSize }), cancellationToken) > 0)
            cancellationToken.ThrowIfCancellationRequested();
    }

    private Task<long?> EraseThreadsAsync(long channelId, long after, CancellationToken cancellationToken) => database.WriteIdempotentAsync<long?>(
        async session =>
        {
            var threads = await session.ListAsync<long>(SelectThreads, new { channelId, after, limit = BatchSize });
            foreach (var threadId in threads)
            {
                await session.ExecuteAsync(Detach, new { threadId });
                await session.ExecuteAsync(DeleteTurns, new { threadId });
                await session.ExecuteAsync(DeleteThread, new { threadId });
            }

            return threads.Count == 0 ? null : threads[^1];
        },
        cancellationToken);
}
