using System.Text.Json.Serialization;
using Chat.Server.Conversations;
using Chat.Server.Http;

namespace Chat.Server.Administration.Exporting;

/// <summary>Who said it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExportedRole>))]
public enum ExportedRole
{
    /// <summary>The visitor.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>The model.</summary>
    [JsonStringEnumMemberName("assistant")]
    Assistant,
}

/// <summary>What has become of a turn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExportedStatus>))]
public enum ExportedStatus
{
    /// <summary>The reply was being made.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>It was answered.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>It has no reply.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>What a visitor said, or a reply. A visitor's message and its reply have the same `message_id`, and follow each other.</summary>
public sealed record ExportedMessage : ExportLine
{
    /// <summary>The number of its session.</summary>
    public required long ThreadId { get; init; }

    /// <summary>The turn's id.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>`user` or `assistant`.</summary>
    public required ExportedRole Role { get; init; }

    /// <summary>The text as it was said; a reply's is Markdown.</summary>
    public required string Content { get; init; }

    /// <summary>`pending`, `done` or `failed`: the turn's.</summary>
    public required ExportedStatus Status { get; init; }

    /// <summary>Of a failed turn: why there is no reply.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ErrorCode { get; init; }

    /// <summary>The catalogue's id of the model that was asked.</summary>
    public required string Model { get; init; }

    /// <summary>When the message came, or the reply was stored, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    internal static IEnumerable<ExportedMessage> From(TurnRecord turn)
    {
        var message = new ExportedMessage
        {
            ThreadId = turn.ThreadId,
            MessageId = turn.MessageId,
            Role = ExportedRole.User,
            Content = turn.Message,
            Status = turn.State switch
            {
                TurnState.Pending => ExportedStatus.Pending,
                TurnState.Done => ExportedStatus.Done,
                _ => ExportedStatus.Failed,
            },
            ErrorCode = turn.ErrorCode,
            Model = turn.Model,
            CreatedAt = turn.CreatedAt.ToWire(),
        };
        yield return message;
        if (turn.Reply is { } reply)
            yield return message with { Role = ExportedRole.Assistant, Content = reply, CreatedAt = (turn.FinishedAt ?? turn.CreatedAt).ToWire() };
    }
}
