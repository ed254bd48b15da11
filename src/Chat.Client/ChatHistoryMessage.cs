namespace Chat.Client;

/// <summary>One message of a conversation as the service keeps it, for 24 hours after the last one.</summary>
public sealed record ChatHistoryMessage
{
    /// <summary>The value of <see cref="Role"/> for what the visitor wrote.</summary>
    public const string UserRole = "user";

    /// <summary>The value of <see cref="Role"/> for what the model answered.</summary>
    public const string AssistantRole = "assistant";

    /// <summary>The value of <see cref="Status"/> while the reply is being made.</summary>
    public const string PendingStatus = "pending";

    /// <summary>The value of <see cref="Status"/> once there is a reply.</summary>
    public const string DoneStatus = "done";

    /// <summary>The value of <see cref="Status"/> where there will be no reply.</summary>
    public const string FailedStatus = "failed";

    /// <summary>The turn that the message belongs to, the same for a question and its reply; null from a service that does not say.</summary>
    public string? MessageId { get; init; }

    /// <summary>
    /// <see cref="PendingStatus"/>, <see cref="DoneStatus"/> or <see cref="FailedStatus"/>; text and not an enum, so that a status added later
    /// is no error here.
    /// </summary>
    public string Status { get; init; } = DoneStatus;

    /// <summary>Why there is no reply, one of <see cref="ChatErrorCodes"/> or a newer one; null unless it failed.</summary>
    public string? Code { get; init; }

    /// <summary><see cref="UserRole"/> or <see cref="AssistantRole"/>; text and not an enum, so that a role added later is no error here.</summary>
    public required string Role { get; init; }

    /// <summary>The message as it was written: a visitor's words, or a model's Markdown.</summary>
    public required string Content { get; init; }

    /// <summary>The message as HTML that the service has made safe: it can be put into a page as it is.</summary>
    public required string ContentHtml { get; init; }

    /// <summary>When it was written, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Names the role and time only: a conversation does not belong in a log.</summary>
    public override string ToString() => $"{nameof(ChatHistoryMessage)} {Role} {CreatedAt:O}";
}
