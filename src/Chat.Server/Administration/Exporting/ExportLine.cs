using System.Text.Json.Serialization;
using Chat.Server.Conversations;
using Chat.Server.Http;
using Chat.Server.Quotas;

namespace Chat.Server.Administration.Exporting;

/// <summary>
/// One line of a channel's export: a JSON object whose `type` says what it is. First the channel, then its grants, its usage, the
/// feedback on its replies, its unanswered requests, its alerts, its live sessions and their messages, each oldest first; a line of
/// `type` `end` comes last, and a file without it was cut short. Times are in UTC and end in `Z`. No line holds a key, a secret or a hash.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ExportedChannel), "channel")]
[JsonDerivedType(typeof(ExportedGrant), "grant")]
[JsonDerivedType(typeof(ExportedUsage), "usage")]
[JsonDerivedType(typeof(ExportedFeedback), "feedback")]
[JsonDerivedType(typeof(ExportedUnanswered), "unanswered")]
[JsonDerivedType(typeof(ExportedAlert), "alert")]
[JsonDerivedType(typeof(ExportedThread), "thread")]
[JsonDerivedType(typeof(ExportedMessage), "message")]
[JsonDerivedType(typeof(ExportEnd), "end")]
public abstract record ExportLine;

/// <summary>The channel with its settings and its account, as `GET /admin/v1/channels/{id}` gives it.</summary>
public sealed record ExportedChannel : ExportLine
{
    /// <summary>The channel.</summary>
    public required ChannelResponse Channel { get; init; }
}

/// <summary>Credits that were given to the channel.</summary>
public sealed record ExportedGrant : ExportLine
{
    /// <summary>How many credits.</summary>
    public required decimal Credits { get; init; }

    /// <summary>What the operator noted; may be empty.</summary>
    public required string Note { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    internal static ExportedGrant From(Grant grant) =>
        new() { Credits = Quotas.Credits.FromMicro(grant.Credits), Note = grant.Note, CreatedAt = grant.CreatedAt.ToWire() };
}

/// <summary>A reply that was charged. Usage stays when its message has expired.</summary>
public sealed record ExportedUsage : ExportLine
{
    /// <summary>The turn that was answered.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The catalogue's id of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Tokens that were sent to the model.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens that the model wrote.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>The charge in credits, never negative.</summary>
    public required decimal Credits { get; init; }

    /// <summary>From the asking of the model to the whole reply, in milliseconds.</summary>
    public required long DurationMs { get; init; }

    /// <summary>From the asking of the model to the first piece of a streamed reply, in milliseconds; absent where it came whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? FirstTokenMs { get; init; }

    /// <summary>When the reply was stored, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    internal static ExportedUsage From(UsageRecord usage) => new()
    {
        MessageId = usage.MessageId,
        Model = usage.Model,
        PromptTokens = usage.PromptTokens,
        CompletionTokens = usage.CompletionTokens,
        Credits = Quotas.Credits.FromMicro(usage.Credits),
        DurationMs = usage.DurationMs,
        FirstTokenMs = usage.FirstTokenMs,
        CreatedAt = usage.CreatedAt.ToWire(),
    };
}

/// <summary>What a visitor thought of a reply. It stays when its message has expired; when the visitor has the session forgotten, without its comment.</summary>
public sealed record ExportedFeedback : ExportLine
{
    /// <summary>The turn that was rated.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>1 or -1.</summary>
    public required int Rating { get; init; }

    /// <summary>A word to the owner; absent where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Comment { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    internal static ExportedFeedback From(FeedbackRecord feedback) =>
        new() { MessageId = feedback.MessageId, Rating = feedback.Rating, Comment = feedback.Comment, CreatedAt = feedback.RatedAt.ToWire() };
}

/// <summary>Why a request had no reply.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExportedOutcome>))]
public enum ExportedOutcome
{
    /// <summary>It was not admitted.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>It was admitted, and no reply came of it.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>How many requests of a UTC day had no reply, for one reason.</summary>
public sealed record ExportedUnanswered : ExportLine
{
    /// <summary>The UTC day.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>`refused` or `failed`.</summary>
    public required ExportedOutcome Outcome { get; init; }

    /// <summary>The code that the caller saw, or `interrupted`.</summary>
    public required string Code { get; init; }

    /// <summary>The catalogue's id of the model that would have answered.</summary>
    public required string Model { get; init; }

    /// <summary>How many requests.</summary>
    public required long Count { get; init; }

    internal static ExportedUnanswered From(UnansweredRecord record) => new()
    {
        Day = UsageRange.DateOf(record.Day),
        Outcome = record.Kind == UnansweredKind.Refused ? ExportedOutcome.Refused : ExportedOutcome.Failed,
        Code = record.Code,
        Model = record.Model,
        Count = record.Count,
    };
}

/// <summary>A visitor's live session. Expired ones are not exported: they are deleted.</summary>
public sealed record ExportedThread : ExportLine
{
    /// <summary>The session's number, by which its messages name it.</summary>
    public required long Id { get; init; }

    /// <summary>The caller's `session_id`; absent where an earlier version of the service did not keep it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SessionId { get; init; }

    /// <summary>When its first message came, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it ends unless another message comes, in UTC.</summary>
    public required DateTime ExpiresAt { get; init; }

    internal static ExportedThread From(ThreadRecord thread) =>
        new() { Id = thread.ThreadId, SessionId = thread.SessionId, CreatedAt = thread.CreatedAt.ToWire(), ExpiresAt = thread.ExpiresAt.ToWire() };
}

/// <summary>The last line: the export is whole.</summary>
public sealed record ExportEnd : ExportLine
{
    /// <summary>How many lines come before this one.</summary>
    public required long Lines { get; init; }

    /// <summary>Of when the export is, in UTC.</summary>
    public required DateTime ExportedAt { get; init; }

    /// <summary>
    /// Whether all lines are of that instant. False on SQL Server without ALLOW_SNAPSHOT_ISOLATION: what was written during the
    /// export may then be in some lines and not in others.
    /// </summary>
    public required bool Consistent { get; init; }
}
