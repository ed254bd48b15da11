using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.OpenAI;

/// <summary>Writes a question as an upstream takes it.</summary>
internal static class OpenAIRequest
{
    public static HttpRequestMessage Create(Uri address, string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        var request = new CompletionRequest
        {
            Model = model,
            Messages = [.. messages.Select(SaidMessage.From)],
            MaxTokens = options?.MaxOutputTokens,
            Stream = stream ? true : null,
            StreamOptions = stream ? new StreamOptions() : null,
        };
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, OpenAIJson.Default.CompletionRequest));
        // As it stands: a parsed value is written out anew for each request.
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return new HttpRequestMessage(HttpMethod.Post, address)
        {
            // HTTP/2 where an https upstream offers it; plain http stays with 1.1.
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            // Bytes rather than JsonContent: a request of known length is not sent in chunks, which some servers refuse.
            Content = content,
        };
    }
}
