using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers;

/// <summary>
/// Speaks the OpenAI chat-completions protocol with one provider about one model. Only what is written here is ever sent;
/// whatever comes back that is not a whole answer (an error status, HTML, an error event, a stream that stops without a
/// finish reason, an empty reply) is a <see cref="ProviderException"/>. Usage is taken only where it is credible.
/// </summary>
internal sealed class OpenAIChatClient(HttpClient http, ModelAttempt attempt, TimeSpan timeout, TimeProvider time) : IChatClient
{
    private const string DoneMarker = "[DONE]";

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var response = await SendAsync(messages, options, stream: false, either.Token);
        var completion = await ReadAsync(response, either.Token);
        var choice = completion.Choices is [{ } first, ..] ? first : throw new ProviderException("The upstream's answer has no choice.");
        if (string.IsNullOrEmpty(choice.Message?.Content))
            throw new ProviderException("The upstream's answer is empty.");
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, choice.Message.Content))
        {
            ModelId = attempt.Model,
            FinishReason = FinishReason(choice.FinishReason),
            Usage = completion.Usage.ToDetails(),
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var response = await SendAsync(messages, options, stream: true, either.Token);
        await using var body = await response.Content.ReadAsStreamAsync(either.Token);
        ChatFinishReason? finish = null;
        var empty = true;
        await foreach (var item in SseParser.Create(body).EnumerateAsync(either.Token))
        {
            if (item.Data == DoneMarker)
                break;
            var chunk = Chunk(item);
            if (chunk.Usage.ToDetails() is { } usage)
                yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(usage)]) { ModelId = attempt.Model };
            if (chunk.Choices is not [{ } choice, ..])
                continue;
            finish = FinishReason(choice.FinishReason) ?? finish;
            if (string.IsNullOrEmpty(choice.Delta?.Content))
                continue;
            empty = false;
            yield return new ChatResponseUpdate(ChatRole.Assistant, choice.Delta.Content) { ModelId = attempt.Model };
        }

        if (finish is null)
            throw new ProviderException("The upstream's stream ended without a finish reason.");
        if (empty)
            throw new ProviderException("The upstream's answer is empty.");
        yield return new ChatResponseUpdate { Role = ChatRole.Assistant, FinishReason = finish, ModelId = attempt.Model };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    // The HttpClient belongs to its factory.
    public void Dispose()
    {
    }

    private static ChatFinishReason? FinishReason(string? value) => string.IsNullOrEmpty(value) ? null : new ChatFinishReason(value);

    private static CompletionResponse Chunk(SseItem<string> item)
    {
        try
        {
            var chunk = item.EventType == "error" ? null : JsonSerializer.Deserialize(item.Data, OpenAIJson.Default.CompletionResponse);
            return chunk is { Error.ValueKind: JsonValueKind.Undefined or JsonValueKind.Null }
                ? chunk
                : throw new ProviderException("The upstream sent an error within its stream.");
        }
        catch (JsonException fault)
        {
            throw new ProviderException("The upstream sent an event that is not of the protocol.", fault);
        }
    }

    private static async Task<CompletionResponse> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, OpenAIJson.Default.CompletionResponse, cancellationToken)
                ?? throw new ProviderException("The upstream's answer is null.");
        }
        catch (JsonException fault)
        {
            throw new ProviderException("The upstream's answer is not of the protocol.", fault);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, CancellationToken cancellationToken)
    {
        var request = new CompletionRequest
        {
            Model = attempt.Model,
            Messages = [.. messages.Select(WireMessage.From)],
            MaxTokens = options?.MaxOutputTokens,
            Stream = stream ? true : null,
            StreamOptions = stream ? new StreamOptions() : null,
        };
        // Bytes rather than JsonContent: a request of known length is not sent in chunks, which some servers refuse.
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, OpenAIJson.Default.CompletionRequest))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        using var message = new HttpRequestMessage(HttpMethod.Post, "chat/completions") { Content = content };
        var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new ProviderException($"The upstream answered {(int)response.StatusCode}.");
    }
}
