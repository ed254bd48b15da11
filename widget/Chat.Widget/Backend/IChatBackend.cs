using Chat.Client;

namespace Chat.Widget.Backend;

/// <summary>
/// What the widget asks of the service, for one channel. Two kinds exist: over HTTP for a website of its own, and in-process for
/// the service itself. Safe for several threads. Every call throws <see cref="ChatApiException"/> when it is refused or fails, its
/// code one of <see cref="ChatErrorCodes"/>, and <see cref="OperationCanceledException"/> only for the token that it was given.
/// </summary>
public interface IChatBackend
{
    /// <summary>
    /// Has a message taken. Returns as soon as it is, without waiting for the reply, which is made, stored and charged whether or not
    /// anybody reads it. The same idempotency key with the same message is taken once.
    /// </summary>
    /// <exception cref="ChatApiException">
    /// It was refused (<see cref="ChatApiException.RetryAfter"/> says when it is worth trying again, where that is known), or it is not known
    /// whether it arrived. <see cref="ChatErrorCodes.RequestInProgress"/>: the same message was taken before and is being answered.
    /// </exception>
    Task<ChatStarted> SendAsync(ChatMessageRequest request, CancellationToken cancellationToken);

    /// <summary>Reads a reply from its beginning, with its HTML as it becomes certain; ends with <see cref="ChatCompleted"/> or throws.</summary>
    IAsyncEnumerable<ChatStreamEvent> JoinAsync(string messageId, CancellationToken cancellationToken);

    /// <summary>The conversation, oldest message first, failed questions included; empty when there is none.</summary>
    Task<IReadOnlyList<ChatHistoryMessage>> GetHistoryAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>Ends a reply where it is; one that is over stays as it is.</summary>
    Task StopAsync(string messageId, CancellationToken cancellationToken);

    /// <summary>Keeps what the visitor thought of a reply; a second rating takes the place of the first.</summary>
    Task RateAsync(string messageId, ChatRating rating, CancellationToken cancellationToken);

    /// <summary>Forgets the conversation at once; one that does not exist counts as forgotten.</summary>
    Task ForgetAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>What the channel's owner has set for its widget.</summary>
    Task<ChatChannel> GetChannelAsync(CancellationToken cancellationToken);
}
