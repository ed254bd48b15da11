using System.Runtime.CompilerServices;
using Chat.Client;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Errors;
using Chat.Widget.Backend;

namespace Chat.Server.WidgetHost.Backend;

/// <summary>
/// The service for one channel, from within. Every call is one that exists over HTTP, with its rules; only a conversation's end is also granted where the
/// channel is switched off, because it is the visitor's to decide.
/// </summary>
internal sealed class ChannelBackend(Channel channel, string requestId, ChatOperations operations, TimeProvider time, ILogger logger) : IChatBackend
{
    public Task<ChatStarted> SendAsync(ChatMessageRequest request, CancellationToken cancellationToken)
    {
        var message = new SendMessageRequest
        {
            Message = request.Message,
            SessionId = request.SessionId,
            Metadata = request.Page is { } page ? new Conversations.PageMetadata { Url = page.Url, Title = page.Title } : null,
        };
        return CallAsync(
            async () =>
            {
                var taken = Checked(await operations.Send.HandleAsync(channel, message, request.IdempotencyKey, cancellationToken));
                return new ChatStarted(taken.Turn.MessageId.ToString("D"), taken.Turn.SessionId) { Replayed = taken.Replayed, RequestId = requestId };
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<ChatStreamEvent> JoinAsync(string messageId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = IdOf(messageId);
        var turn = await CallAsync(async () => Checked(await operations.Read.JoinAsync(Active(), id, cancellationToken)), cancellationToken);
        await foreach (var happened in turn.FollowAsync(time, requestId, cancellationToken))
            yield return happened;
    }

    public Task<IReadOnlyList<ChatHistoryMessage>> GetHistoryAsync(string sessionId, CancellationToken cancellationToken) => CallAsync(
        async () => (IReadOnlyList<ChatHistoryMessage>)[.. (await operations.History.HandleAsync(Active(), sessionId, withFailed: true, cancellationToken)).Messages.Select(Message)],
        cancellationToken);

    public Task StopAsync(string messageId, CancellationToken cancellationToken) =>
        DoAsync(() => operations.Stop.HandleAsync(Active(), IdOf(messageId), cancellationToken), cancellationToken);

    public Task RateAsync(string messageId, ChatRating rating, CancellationToken cancellationToken) => DoAsync(
        () => operations.Rate.HandleAsync(Active(), IdOf(messageId), new FeedbackRequest { Rating = (int)rating }, cancellationToken), cancellationToken);

    public Task ForgetAsync(string sessionId, CancellationToken cancellationToken) => DoAsync(
        async () =>
        {
            await operations.Eraser.ForgetAsync(SessionKey.Of(channel.ChannelId, sessionId), time.GetUtcNow(), cancellationToken);
            return null;
        },
        cancellationToken);

    public Task<ChatChannel> GetChannelAsync(CancellationToken cancellationToken)
    {
        var profile = ChannelProfile.Of(channel);
        return Task.FromResult(new ChatChannel
        {
            Name = profile.Name,
            Greeting = profile.Greeting,
            SuggestedQuestions = profile.SuggestedQuestions,
            Contact = profile.Contact,
        });
    }

    private static ChatHistoryMessage Message(HistoryMessage message) => new()
    {
        MessageId = message.MessageId.ToString("D"),
        Status = message.Status switch
        {
            HistoryStatus.Pending => ChatHistoryMessage.PendingStatus,
            HistoryStatus.Failed => ChatHistoryMessage.FailedStatus,
            _ => ChatHistoryMessage.DoneStatus,
        },
        Code = message.Code,
        Role = message.Role == HistoryRole.User ? ChatHistoryMessage.UserRole : ChatHistoryMessage.AssistantRole,
        Content = message.Content,
        ContentHtml = message.ContentHtml,
        CreatedAt = new DateTimeOffset(message.CreatedAt),
    };

    private Channel Active() => channel.IsActiveAt(time.GetUtcNow()) ? channel : throw Failures.Of(ChatError.SiteInactive, requestId);

    private Guid IdOf(string messageId) => Guid.TryParse(messageId, out var id) ? id : throw Failures.Of(ChatError.NotFound, requestId);

    private T Checked<T>(Result<T> result) => result.Succeeded(out var value, out var error) ? value : throw Failures.Of(error, requestId);

    private Task DoAsync(Func<Task<ChatError?>> action, CancellationToken cancellationToken) => CallAsync(
        async () => await action() is { } refusal ? throw Failures.Of(refusal, requestId) : true,
        cancellationToken);

    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception fault) when (fault is not ChatApiException && !(fault is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw Failures.Of(fault, requestId, logger);
        }
    }
}
