using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Chat.Client;

// Replies as they are made, and what can be done with one turn.
public sealed partial class ChatApiClient
{
    /// <summary>Sends a visitor's message and reads the reply as it is made.</summary>
    /// <param name="message">What the visitor asks: 1 to 2,000 characters.</param>
    /// <param name="sessionId">Which conversation it belongs to: 1 to 255 characters.</param>
    /// <param name="cancellationToken">Hangs up, as leaving the enumeration does. The service still finishes, stores and charges the reply.</param>
    /// <returns>Events, <see cref="ChatStarted"/> first and <see cref="ChatCompleted"/> last. Nothing is sent before the enumeration begins.</returns>
    /// <exception cref="ChatApiException">The message was refused, or the reply failed: its code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public IAsyncEnumerable<ChatStreamEvent> StreamAsync(string message, string sessionId, CancellationToken cancellationToken = default) =>
        StreamAsync(new ChatMessageRequest(message, sessionId), cancellationToken: cancellationToken);

    /// <summary>Sends a visitor's message and reads the reply as it is made, as HTML too where that is asked for.</summary>
    /// <param name="request">The message.</param>
    /// <param name="html">Whether <see cref="ChatHtmlBlock"/> and <see cref="ChatHtmlDraft"/> are wanted.</param>
    /// <param name="cancellationToken">Hangs up, as leaving the enumeration does. The service still finishes, stores and charges the reply.</param>
    /// <returns>Events, <see cref="ChatStarted"/> first and <see cref="ChatCompleted"/> last. Nothing is sent before the enumeration begins.</returns>
    /// <exception cref="ChatApiException">The message was refused, or the reply failed: its code says why.</exception>
    /// <exception cref="ArgumentException">The idempotency key is not 1 to 255 visible ASCII characters.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public IAsyncEnumerable<ChatStreamEvent> StreamAsync(ChatMessageRequest request, bool html = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = MessageBody.Of(request) with { Stream = true, StreamHtml = html ? true : null };
        return EventsAsync(MessageCall(request, body) with { Accept = ChatCall.EventStreamType }, cancellationToken);
    }

    /// <summary>
    /// Reads a reply from its beginning, whether it is being made or has been: after a connection that broke, or on another page. Any
    /// number of readers may join. Where another instance of the service makes the reply, it comes in one piece at its end.
    /// </summary>
    /// <param name="messageId">Which one: <see cref="ChatStarted.MessageId"/> or <see cref="ChatReply.MessageId"/>.</param>
    /// <param name="html">Whether <see cref="ChatHtmlBlock"/> and <see cref="ChatHtmlDraft"/> are wanted.</param>
    /// <param name="cancellationToken">Hangs up, as leaving the enumeration does.</param>
    /// <returns>Events, <see cref="ChatStarted"/> first and <see cref="ChatCompleted"/> last.</returns>
    /// <exception cref="ChatApiException">There is no such turn, or it failed: its code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public IAsyncEnumerable<ChatStreamEvent> JoinAsync(string messageId, bool html = false, CancellationToken cancellationToken = default) => EventsAsync(
        new ChatCall(HttpMethod.Get, PathOf(messageId, html ? "?stream_html=true" : "")) { Accept = ChatCall.EventStreamType }, cancellationToken);

    /// <summary>Asks what has become of a message.</summary>
    /// <param name="messageId">Which one.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ChatApiException">There is no such turn, or it could not be read: its code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<ChatTurn> GetTurnAsync(string messageId, CancellationToken cancellationToken = default) => await _transport.RunAsync(
        new ChatCall(HttpMethod.Get, PathOf(messageId, "")),
        answer => answer.Read(ChatWireJson.Default.TurnBody).ToTurn(answer),
        cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Ends a reply where it is: what has been said so far becomes the reply, and is charged. A turn that is over stays as it is.
    /// </summary>
    /// <param name="messageId">Which one.</param>
    /// <param name="cancellationToken">Stops waiting; the reply may have been stopped all the same.</param>
    /// <exception cref="ChatApiException">There is no such turn, or it may not have been stopped: the code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task StopAsync(string messageId, CancellationToken cancellationToken = default) =>
        await RunAsync(new ChatCall(HttpMethod.Post, PathOf(messageId, "/stop")), cancellationToken).ConfigureAwait(false);

    /// <summary>Tells the website's owner what the visitor thought of a reply; a second time takes the place of the first.</summary>
    /// <param name="messageId">Which one.</param>
    /// <param name="rating">Whether it helped.</param>
    /// <param name="comment">A word to the owner: at most 1,000 characters, or null.</param>
    /// <param name="cancellationToken">Stops waiting; the rating may have been kept all the same.</param>
    /// <exception cref="ChatApiException">There is no such reply, or not yet, or the rating was refused: the code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task RateAsync(string messageId, ChatRating rating, string? comment = null, CancellationToken cancellationToken = default)
    {
        EncodableText.Check(comment, "comment");
        var body = JsonSerializer.SerializeToUtf8Bytes(new FeedbackBody((int)rating, comment), ChatWireJson.Default.FeedbackBody);
        await RunAsync(new ChatCall(HttpMethod.Post, PathOf(messageId, "/feedback")) { Body = body }, cancellationToken).ConfigureAwait(false);
    }

    // As with forgetting: only the service's own answer proves it.
    private Task<bool> RunAsync(ChatCall call, CancellationToken cancellationToken) => _transport.RunAsync(
        call, answer => answer.Status == HttpStatusCode.NoContent ? true : throw answer.Unexpected(), cancellationToken);

    private async IAsyncEnumerable<ChatStreamEvent> EventsAsync(ChatCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = await _transport.OpenAsync(call, cancellationToken).ConfigureAwait(false);
        await using var leaving = reader.ConfigureAwait(false);
        while (true)
        {
            var next = await reader.NextAsync().ConfigureAwait(false);
            yield return next;
            if (next is ChatCompleted)
                yield break;
        }
    }

    // Anything but a name would make another path of it.
    private static string PathOf(string messageId, string rest)
    {
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        return messageId.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            ? $"chat/{messageId}{rest}"
            : throw new ArgumentException("A message id is the service's own name for a turn: letters, digits and hyphens.", nameof(messageId));
    }
}
