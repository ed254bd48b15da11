using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>A session as it is kept.</summary>
public sealed record ThreadRecord
{
    /// <summary>The session's number.</summary>
    public long ThreadId { get; init; }

    /// <summary>The caller's name for it; null for one of an earlier version of the program.</summary>
    public string? SessionId { get; init; }

    /// <summary>When its first message came.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends, unless another message comes.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A turn as it is kept.</summary>
public sealed record TurnRecord
{
    /// <summary>Its session's number.</summary>
    public long ThreadId { get; init; }

    /// <summary>The turn's id.</summary>
    public Guid MessageId { get; init; }

    /// <summary>What has become of it.</summary>
    public TurnState State { get; init; }

    /// <summary>The model that was asked.</summary>
    public string Model { get; init; } = "";

    /// <summary>What the visitor said.</summary>
    public string Message { get; init; } = "";

    /// <summary>The reply in Markdown; null without one.</summary>
    public string? Reply { get; init; }

    /// <summary>Why there is no reply; null where there is one, or may be.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>When the message came.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was answered, or failed.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>
/// All that is kept of a channel's conversations, row by row. Sessions that have expired only wait to be deleted, and turns
/// without a session have no words: neither is given.
/// </summary>
public static class ConversationRecords
{
    private static readonly Sql SelectThreads = Sql.Portable("""
        SELECT thread_id, session_id, created_at, expires_at FROM dbo.threads
        WHERE channel_id = @channelId AND session_hash IS NOT NULL AND expires_at > @now ORDER BY thread_id;
        """);

    private static readonly Sql SelectTurns = Sql.Portable("""
        SELECT turns.thread_id, turns.message_id, turns.state, turns.model, turns.message, turns.reply, turns.error_code, turns.created_at, turns.finished_at
        FROM dbo.turns AS turns JOIN dbo.threads AS threads ON threads.thread_id = turns.thread_id
        WHERE turns.channel_id = @channelId AND threads.session_hash IS NOT NULL AND threads.expires_at > @now ORDER BY turns.turn_id;
        """);

    /// <summary>The channel's live sessions, in the order of their making.</summary>
    public static IAsyncEnumerable<ThreadRecord> ThreadsAsync(DbSession session, long channelId, DateTimeOffset now) =>
        session.StreamAsync<ThreadRecord>(SelectThreads, new { channelId, now });

    /// <summary>The turns of these sessions, in the order of their messages.</summary>
    public static IAsyncEnumerable<TurnRecord> TurnsAsync(DbSession session, long channelId, DateTimeOffset now) =>
        session.StreamAsync<TurnRecord>(SelectTurns, new { channelId, now });
}
