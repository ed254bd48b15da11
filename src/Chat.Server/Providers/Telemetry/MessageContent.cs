using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.Telemetry;

/// <summary>Messages as the conventions write them into a span, where the operator has asked for that.</summary>
internal static class MessageContent
{
    public static string Of(IEnumerable<ChatMessage> messages) => new JsonArray([.. messages.Select(Of)]).ToJsonString();

    private static JsonNode Of(ChatMessage message) => new JsonObject
    {
        ["role"] = message.Role.Value,
        ["parts"] = new JsonArray([.. message.Contents.OfType<TextContent>().Select(part => (JsonNode)new JsonObject { ["type"] = "text", ["content"] = part.Text })]),
    };
}
