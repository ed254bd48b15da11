using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Client;

/// <summary>What <c>POST /chat</c> takes.</summary>
internal sealed record MessageBody(string Message, string SessionId, PageMetadata? Metadata, bool? Stream = null, bool? StreamHtml = null)
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

/// <summary>What <c>GET /chat/{message_id}</c> answers; which members are there depends on the status.</summary>
internal sealed record TurnBody(string Status, string? Code = null)
{
    public ChatTurn ToTurn(ChatAnswer answer) => Status switch
    {
        "pending" => new ChatTurn { Status = ChatTurnStatus.Pending },
        "done" => new ChatTurn { Status = ChatTurnStatus.Done, Reply = answer.Read(ChatWireJson.Default.ReplyBody).ToReply(answer.Facts) },
        "failed" when Code is not null => new ChatTurn { Status = ChatTurnStatus.Failed, ErrorCode = Code },
        _ => throw answer.Unexpected(),
    };
}

/// <summary>What <c>POST /chat/{message_id}/feedback</c> takes.</summary>
internal sealed record FeedbackBody(int Rating, string? Comment);

/// <summary>The event <c>start</c>.</summary>
internal sealed record StartBody(string MessageId, string SessionId);

/// <summary>The event <c>delta</c>.</summary>
internal sealed record DeltaBody(string Text);

/// <summary>The event <c>html</c>: a block or a draft.</summary>
internal sealed record HtmlBody(string? Block = null, string? Draft = null, string? Context = null)
{
    public ChatStreamEvent? ToEvent() =>
        Block is not null ? new ChatHtmlBlock(Block) : Draft is not null ? new ChatHtmlDraft(Draft, Context ?? "block") : null;
}

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
[JsonSerializable(typeof(ChatChannel))]
[JsonSerializable(typeof(TurnBody))]
[JsonSerializable(typeof(FeedbackBody))]
[JsonSerializable(typeof(StartBody))]
[JsonSerializable(typeof(DeltaBody))]
[JsonSerializable(typeof(HtmlBody))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class ChatWireJson : JsonSerializerContext;
