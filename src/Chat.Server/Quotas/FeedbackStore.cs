using Chat.Server.Storage;

namespace Chat.Server.Quotas;

/// <summary>What a visitor thought of a reply.</summary>
/// <param name="MessageId">The turn.</param>
/// <param name="ChannelId">Its channel's number.</param>
/// <param name="Rating">1 or -1.</param>
/// <param name="Comment">A word to the owner, or null.</param>
/// <param name="Now">When.</param>
public sealed record Feedback(Guid MessageId, long ChannelId, short Rating, string? Comment, DateTimeOffset Now);

/// <summary>How many replies of a group were rated, and how.</summary>
internal sealed record RatingCount
{
    public int Day { get; init; }

    public string Model { get; init; } = "";

    public long Up { get; init; }

    public long Down { get; init; }
}

/// <summary>
/// Keeps the table <c>feedback</c>: one row a rated reply, beside the reply's line of usage. It is the owner's to read for as long
/// as the channel is; the words in it, not the rating, go when the visitor has the session forgotten.
/// </summary>
public sealed class FeedbackStore(Database database)
{
    private static readonly Sql Replace = Sql.Portable("""
        UPDATE dbo.feedback SET rating = @Rating, comment = @Comment, rated_at = @Now WHERE message_id = @MessageId AND channel_id = @ChannelId;
        """);

    // Of a channel that has been deleted since, nothing is kept.
    private static readonly Sql Insert = Sql.Portable("""
        INSERT INTO dbo.feedback (message_id, channel_id, rating, comment, rated_at)
        SELECT @MessageId, channel_id, @Rating, @Comment, @Now FROM dbo.channels WHERE channel_id = @ChannelId;
        """);

    private static readonly Sql EraseComments = Sql.Portable("""
        UPDATE dbo.feedback SET comment = NULL
        WHERE comment IS NOT NULL AND message_id IN (SELECT turns.message_id FROM dbo.turns AS turns WHERE turns.thread_id = @threadId);
        """);

    /// <summary>Keeps a rating, in the place of an earlier one. Of two at once, one is run again from its start and finds the other.</summary>
    public Task RateAsync(Feedback feedback, CancellationToken cancellationToken) => database.WriteIdempotentAsync(
        async session => await session.ExecuteAsync(Replace, feedback) > 0 || await session.ExecuteAsync(Insert, feedback) > 0,
        cancellationToken);

    /// <summary>Takes the words out of what was said about a thread's replies; before its turns go.</summary>
    public Task EraseCommentsAsync(DbSession session, long threadId) => session.ExecuteAsync(EraseComments, new { threadId });
}
