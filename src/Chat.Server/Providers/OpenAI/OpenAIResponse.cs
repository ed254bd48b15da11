using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Chat.Server.Providers.OpenAI;

/// <summary>Reads what an upstream sent, or says what is wrong with it.</summary>
internal static class OpenAIResponse
{
    private const string ErrorMarker = "error";

    /// <summary>An answer that is not streamed.</summary>
    public static CompletionResponse Whole(ReadOnlySpan<byte> body)
    {
        try
        {
            return Checked(JsonSerializer.Deserialize(body.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body, OpenAIJson.Default.CompletionResponse));
        }
        catch (JsonException fault)
        {
            throw ProviderException.NotOfProtocol(fault);
        }
    }

    /// <summary>One event of a stream.</summary>
    public static CompletionResponse Event(SseItem<string> item)
    {
        if (item.EventType == ErrorMarker)
            throw ProviderException.ErrorEvent();
        try
        {
            return Checked(JsonSerializer.Deserialize(item.Data, OpenAIJson.Default.CompletionResponse));
        }
        catch (JsonException fault)
        {
            throw ProviderException.NotOfProtocol(fault);
        }
    }

    /// <summary>How long the upstream asks to be left alone; null where it does not say so in a way that can be read.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - now,
        _ => null,
    };

    // Some upstreams answer 200 with an error, or end a choice with one.
    private static CompletionResponse Checked(CompletionResponse? response)
    {
        if (response is null)
            throw ProviderException.NotOfProtocol();
        return response.Error.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null && response.Choices is not [{ FinishReason: ErrorMarker }, ..]
            ? response
            : throw ProviderException.ErrorEvent();
    }
}
