using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Chat.Client;

/// <summary>
/// Speaks to one channel of the Chat service from a backend. Safe to share between threads and to keep for the life of the program.
/// </summary>
/// <remarks>
/// Named for the service's API, because <c>ChatClient</c> is OpenAI's and <c>IChatClient</c> is Microsoft.Extensions.AI's: those
/// speak to a model, with the caller keeping the conversation; this speaks to a channel, which has its own model, prompt,
/// limits and memory.
/// <para>
/// A connection that fails is tried once more by itself, and nothing else is. That is safe for every call here: reading and
/// forgetting can be repeated, and every message is sent under an idempotency key, so the service answers and charges it once
/// however often it arrives. Where the service is still answering the first arrival, the second waits for that answer, within
/// <see cref="ChatClientOptions.Timeout"/>.
/// Errors that the service answers are never retried here: see <see cref="ChatApiException.RetryAfter"/>.
/// </para>
/// </remarks>
public sealed partial class ChatApiClient
{
    private readonly ChatTransport _transport;
    private readonly TimeProvider _time;

    /// <summary>Makes a client by hand; with dependency injection, use <see cref="ChatClientRegistration"/>.</summary>
    /// <param name="http">
    /// What sends the requests; not disposed here. Make it over <see cref="CreateHandler"/>, and note that its own timeout
    /// counts too. It needs neither a base address nor default headers.
    /// </param>
    /// <param name="options">Where the channel is; read now, so that later changes have no effect.</param>
    /// <param name="time">The clock for waiting and for reading dates; the system's by default.</param>
    /// <exception cref="OptionsValidationException">The options have faults: all of them are in it.</exception>
    public ChatApiClient(HttpClient http, ChatClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        var verdict = new ChatClientOptionsValidator().Validate(Options.DefaultName, options);
        if (verdict.Failed)
            throw new OptionsValidationException(Options.DefaultName, typeof(ChatClientOptions), verdict.Failures);
        _time = time ?? TimeProvider.System;
        _transport = new ChatTransport(http, options, _time);
    }

    /// <summary>
    /// A handler fit for this client: it follows no redirect, which would carry the key to wherever a redirect points; keeps no cookies, which
    /// one visitor's answer would hand to the next; and opens its connections anew every two minutes, so that a moved service is found.
    /// </summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };

    /// <summary>Sends a visitor's message and waits for the whole reply.</summary>
    /// <param name="message">What the visitor asks: 1 to 2,000 characters.</param>
    /// <param name="sessionId">Which conversation it belongs to: 1 to 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting. The service still finishes, stores and charges a reply that it began.</param>
    /// <exception cref="ChatApiException">There is no reply: its code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<ChatReply> SendAsync(string message, string sessionId, CancellationToken cancellationToken = default) =>
        SendAsync(new ChatMessageRequest(message, sessionId), cancellationToken);

    /// <summary>Sends a visitor's message, with the page it is asked on or an idempotency key, and waits for the whole reply.</summary>
    /// <param name="request">The message.</param>
    /// <param name="cancellationToken">Stops waiting. The service still finishes, stores and charges a reply that it began.</param>
    /// <exception cref="ChatApiException">There is no reply: its code says why.</exception>
    /// <exception cref="ArgumentException">The idempotency key is not 1 to 255 visible ASCII characters.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<ChatReply> SendAsync(ChatMessageRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await _transport.RunAsync(
            MessageCall(request, MessageBody.Of(request)),
            answer => answer.Read(ChatWireJson.Default.ReplyBody).ToReply(answer.Facts),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a conversation, oldest message first.</summary>
    /// <param name="sessionId">Which one: 1 to 255 characters.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Its messages; none when the session is unknown, empty or expired.</returns>
    /// <exception cref="ChatApiException">The history could not be read: its code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<IReadOnlyList<ChatHistoryMessage>> GetHistoryAsync(string sessionId, CancellationToken cancellationToken = default) =>
        GetHistoryAsync(sessionId, includeFailed: false, cancellationToken);

    /// <summary>Reads a conversation, oldest message first, with the messages whose reply failed where they are wanted.</summary>
    /// <param name="sessionId">Which one: 1 to 255 characters.</param>
    /// <param name="includeFailed">Whether messages without a reply, because it failed, are wanted too: for a caller that offers a retry.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Its messages; none when the session is unknown, empty or expired.</returns>
    /// <exception cref="ChatApiException">The history could not be read: its code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<IReadOnlyList<ChatHistoryMessage>> GetHistoryAsync(
        string sessionId, bool includeFailed, CancellationToken cancellationToken = default)
    {
        var history = await _transport.RunAsync(
            new ChatCall(HttpMethod.Get, HistoryOf(sessionId) + (includeFailed ? "&include_failed=true" : "")),
            answer => answer.Read(ChatWireJson.Default.HistoryBody),
            cancellationToken).ConfigureAwait(false);
        return history.Messages;
    }

    /// <summary>Reads what the channel's owner has set for whoever shows the chat.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ChatApiException">The settings could not be read: its code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<ChatChannel> GetChannelAsync(CancellationToken cancellationToken = default) => await _transport.RunAsync(
        new ChatCall(HttpMethod.Get, "channel"),
        answer => answer.Read(ChatWireJson.Default.ChatChannel),
        cancellationToken).ConfigureAwait(false);

    /// <summary>Forgets a conversation at once; one that does not exist counts as forgotten.</summary>
    /// <param name="sessionId">Which one: 1 to 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting; the conversation may have been forgotten all the same.</param>
    /// <exception cref="ChatApiException">It may not have been forgotten: the code says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task ForgetAsync(string sessionId, CancellationToken cancellationToken = default) => await _transport.RunAsync(
        new ChatCall(HttpMethod.Delete, HistoryOf(sessionId)),
        // Only the service's own answer proves it: a portal or proxy that says 200 to everything must not pass for a deletion.
        answer => answer.Status == HttpStatusCode.NoContent ? true : throw answer.Unexpected(),
        cancellationToken).ConfigureAwait(false);

    private ChatCall MessageCall(ChatMessageRequest request, MessageBody body)
    {
        var key = request.IdempotencyKey ?? Guid.CreateVersion7(_time.GetUtcNow()).ToString();
        if (key.Length is 0 or > 255 || !VisibleAscii.IsAllOf(key))
            throw new ArgumentException("An idempotency key is 1 to 255 visible ASCII characters.", nameof(request));
        return new ChatCall(HttpMethod.Post, "chat")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(body, ChatWireJson.Default.MessageBody),
            IdempotencyKey = key,
        };
    }

    private static string HistoryOf(string sessionId)
    {
        ArgumentNullException.ThrowIfNull(sessionId);
        EncodableText.Check(sessionId, "session_id");
        return $"history?session_id={Uri.EscapeDataString(sessionId)}";
    }
}
