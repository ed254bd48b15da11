using Chat.Client;

namespace Chat.Widget.Backend;

/// <summary>The service over HTTP, with the channel's key: the key stays on this server.</summary>
internal sealed class HttpChatBackend(ChatApiClient client) : IChatBackend
{
    public async Task<ChatStarted> SendAsync(ChatMessageRequest request, CancellationToken cancellationToken)
    {
        // Leaving the enumeration hangs up; a reply that was begun is finished all the same (contract, POST /chat).
        await foreach (var first in client.StreamAsync(request, cancellationToken: cancellationToken))
        {
            if (first is ChatStarted started)
                return started;
        }

        throw new ChatApiException(ChatErrorCodes.UnexpectedResponse, "The answer of the Chat service did not begin with its start.");
    }

    public IAsyncEnumerable<ChatStreamEvent> JoinAsync(string messageId, CancellationToken cancellationToken) =>
        client.JoinAsync(messageId, html: true, cancellationToken);

    public Task<IReadOnlyList<ChatHistoryMessage>> GetHistoryAsync(string sessionId, CancellationToken cancellationToken) =>
        client.GetHistoryAsync(sessionId, includeFailed: true, cancellationToken);

    public Task StopAsync(string messageId, CancellationToken cancellationToken) => client.StopAsync(messageId, cancellationToken);

    public Task RateAsync(string messageId, ChatRating rating, CancellationToken cancellationToken) =>
        client.RateAsync(messageId, rating, cancellationToken: cancellationToken);

    public Task ForgetAsync(string sessionId, CancellationToken cancellationToken) => client.ForgetAsync(sessionId, cancellationToken);

    public Task<ChatChannel> GetChannelAsync(CancellationToken cancellationToken) => client.GetChannelAsync(cancellationToken);
}
