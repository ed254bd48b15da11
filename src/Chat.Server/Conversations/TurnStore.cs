using Chat.Server.Errors;
using Chat.Server.Rendering;
using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>One turn as its id finds it, with what an answer about it needs.</summary>
public sealed record StoredTurn
{
    /// <summary>The turn's id.</summary>
    public Guid MessageId { get; init; }

    /// <summary>The session as the caller named it; empty for one that began before names were kept.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>What has become of it.</summary>
    public TurnState State { get; init; }

    /// <summary>The reply in Markdown; empty unless it is done.</summary>
    public string Reply { get; init; } = "";

    /// <summary>Why it failed; empty unless it did.</summary>
    public string ErrorCode { get; init; } = "";

    /// <summary>Tokens that were sent.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens that came back.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>The charge in micro-credits.</summary>
    public long Charged { get; init; }

    /// <summary>How the turn ended, as its caller was told or, where the process did not live to tell, would have been.</summary>
    /// <exception cref="InvalidOperationException">It is pending.</exception>
    public Result<TurnReply> Ending => State switch
    {
        TurnState.Done => new TurnReply(Reply, SafeMarkdown.ToHtml(Reply), PromptTokens, CompletionTokens, Charged),
        TurnState.Failed => PublicError(ErrorCode),
        _ => throw new InvalidOperationException("The turn is pending."),
    };

    /// <summary>A stored reason as a caller may hear it.</summary>
    internal static ChatError PublicError(string code) => code == ChatError.AiServiceError.Code ? ChatError.AiServiceError : ChatError.InternalError;
}

/// <summary>
/// Looks at one turn of the table <c>turns</c>, and keeps requests to stop one. A turn of another channel, or of a session
/// that has expired or was forgotten, is never found.
/// </summary>
public sealed class TurnStore(Database database)
{
    // A pending turn is there as long as its thread is: a reply outlasts a very short session.
    private static readonly Sql SelectTurn = Sql.Portable("""
        SELECT turns.message_id, COALESCE(threads.session_id, @empty) AS session_id, turns.state, COALESCE(turns.reply, @empty) AS reply,
            COALESCE(turns.error_code, @empty) AS error_code, turns.prompt_tokens, turns.completion_tokens, turns.charged
        FROM dbo.turns AS turns JOIN dbo.threads AS threads ON threads.thread_id = turns.thread_id
        WHERE turns.message_id = @messageId AND turns.channel_id = @channelId AND (turns.state = 0 OR threads.expires_at > @now);
        """);

    private static readonly Sql RequestStop = Sql.Portable(
        "UPDATE dbo.turns SET stop_requested = 1 WHERE message_id = @messageId AND channel_id = @channelId AND state = 0;");

    // Of all instances: there are few, and each takes those that are its own.
    private static readonly Sql SelectStopRequests = Sql.Portable("SELECT message_id FROM dbo.turns WHERE stop_requested = 1 AND state = 0;");

    /// <summary>The turn, or null.</summary>
    public Task<StoredTurn?> FindAsync(long channelId, Guid messageId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.FirstOrDefaultAsync<StoredTurn>(SelectTurn, new { channelId, messageId, now, empty = "" }), cancellationToken);

    /// <summary>Asks whichever instance makes the turn's reply to end it; one that is over stays as it is.</summary>
    public Task RequestStopAsync(long channelId, Guid messageId, CancellationToken cancellationToken) =>
        database.WriteIdempotentAsync(session => session.ExecuteAsync(RequestStop, new { channelId, messageId }), cancellationToken);

    /// <summary>The ids of pending turns that somebody asked to stop.</summary>
    public Task<IReadOnlyList<Guid>> StopRequestsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.ListAsync<Guid>(SelectStopRequests), cancellationToken);
}
