using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.OpenAI;

/// <summary>
/// Speaks the OpenAI chat-completions protocol with one provider about one model. Only what <see cref="OpenAIRequest"/> writes is
/// ever sent; whatever comes back that is not a whole answer (an error status, HTML, an error event, a stream that stops without a
/// finish reason, an empty reply, more than was asked for) is a <see cref="ProviderException"/>. It sets no deadlines and does not
/// translate faults of the connection: <see cref="Resilience.DeadlineChatClient"/> does.
/// </summary>
/// <param name="connections">To the provider; they belong to their factory.</param>
/// <param name="address">Where a chat is completed.</param>
/// <param name="apiKey">The provider's key; empty where it wants none.</param>
/// <param name="attempt">The model.</param>
/// <param name="time">The clock that a date to come back at is compared with.</param>
internal sealed class OpenAIChatClient(HttpMessageInvoker connections, Uri address, string apiKey, ModelAttempt attempt, TimeProvider time) : IChatClient
{
    private const string DoneMarker = "[DONE]";

    private readonly string? _authorization = apiKey is "" ? null : $"Bearer {apiKey}";

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(messages, options, stream: false, cancellationToken);
        return await WholeAsync(response, options, cancellationToken);
    }

    /// <summary>The pieces as they come; one without contents says only that the upstream is at work, on reasoning for one.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(messages, options, stream: true, cancellationToken);
        // Some servers know no streaming and answer whole.
        if (response.Content.Headers.ContentType?.MediaType is { } type && !type.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var update in (await WholeAsync(response, options, cancellationToken)).ToChatResponseUpdates())
                yield return update;
            yield break;
        }

        var limits = ReplyLimits.For(options);
        await using var body = new BoundedStream(await response.Content.ReadAsStreamAsync(cancellationToken), limits.TotalBytes, limits.EventBytes);
        await using var events = SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var reply = new StreamedReply(attempt.Model, limits);
        while (await NextAsync(events, reply.IsFinished))
        {
            foreach (var update in reply.Read(OpenAIResponse.Event(events.Current)))
                yield return update;
        }

        yield return reply.End();
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    // Called for every piece of every stream: what waits is used again for the next.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events, bool finished)
    {
        try
        {
            return await events.MoveNextAsync() && events.Current.Data != DoneMarker;
        }
        catch (Exception fault) when (finished && fault is not ProviderException)
        {
            // The answer is complete. What could still have come is its usage, and that is estimated where it is missing.
            return false;
        }
    }

    private async Task<ChatResponse> WholeAsync(HttpResponseMessage response, ChatOptions? options, CancellationToken cancellationToken)
    {
        using var body = await RentedBody.ReadAsync(response.Content, ReplyLimits.For(options).EventBytes, cancellationToken);
        var completion = OpenAIResponse.Whole(body.Span);
        var choice = completion.Choices is [{ } first, ..] ? first : throw ProviderException.NotOfProtocol();
        if (string.IsNullOrEmpty(choice.Message?.Content))
            throw ProviderException.Empty();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, choice.Message.Content))
        {
            ModelId = completion.ModelOr(attempt.Model),
            FinishReason = choice.Finish,
            Usage = completion.Usage.ToDetails(),
        };
    }

    private async Task<HttpResponseMessage> SendAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, CancellationToken cancellationToken)
    {
        using var request = OpenAIRequest.Create(address, attempt.Model, messages, options, stream);
        if (_authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", _authorization);
        var response = await connections.SendAsync(request, cancellationToken);
        // The connection knows its request for as long as it answers, and a stream may for minutes: what was asked is not kept for it.
        request.Content = null;
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw ProviderException.Status((int)response.StatusCode, OpenAIResponse.RetryAfter(response.Headers, time.GetUtcNow()));
    }
}
