using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Client;

/// <summary>What <c>POST /chat</c> takes.</summary>
internal sealed record MessageBody(string Message, string SessionId, PageMetadata? Metadata)
{
    public static MessageBody Of(ChatMessageRequest request)
    {
        EncodableText.Check(request.Message, "message");
        EncodableText.Check(request.SessionId, "session_id");
        EncodableText.Check(request.Page?.Url, "metadata.url");
        EncodableText.Check(request.Page?.Title, "metadata.title");
        return new MessageBody(request.Message, request.SessionId, request.Page);
    }
}

/// <summary>What <c>POST /chat</c> answers.</summary>
internal sealed record ReplyBody(string Reply, string ReplyHtml, string SessionId, string MessageId, ChatUsage Usage)
{
    public ChatReply ToReply(ChatResponseFacts facts) => new()
    {
        Reply = Reply,
        ReplyHtml = ReplyHtml,
        SessionId = SessionId,
        MessageId = MessageId,
        Usage = Usage,
        Replayed = facts.Replayed,
        RequestId = facts.RequestId,
        RateLimit = facts.RateLimit,
    };
}

/// <summary>What <c>GET /history</c> answers.</summary>
internal sealed record HistoryBody(IReadOnlyList<ChatHistoryMessage> Messages);

/// <summary>What every error answers; details are read leniently, because a newer service may put more into them.</summary>
internal sealed record ErrorBody(string Code, JsonElement Details = default);

/// <summary>
/// The wire's JSON, generated at build time so that a trimmed or ahead-of-time compiled program can use the client. Members that are not
/// known are passed over, because the contract grows; one that is missing or null where it is promised makes the answer unexpected.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MessageBody))]
[JsonSerializable(typeof(ReplyBody))]
[JsonSerializable(typeof(HistoryBody))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class ChatWireJson : JsonSerializerContext;
