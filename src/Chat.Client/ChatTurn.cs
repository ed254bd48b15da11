namespace Chat.Client;

/// <summary>What has become of a message.</summary>
public enum ChatTurnStatus
{
    /// <summary>The reply is being made.</summary>
    Pending,

    /// <summary>It was answered.</summary>
    Done,

    /// <summary>There is no reply, and nothing was charged.</summary>
    Failed,
}

/// <summary>One turn of a conversation, as the service knows it.</summary>
public sealed record ChatTurn
{
    /// <summary>What has become of it.</summary>
    public required ChatTurnStatus Status { get; init; }

    /// <summary>The answer; null unless it is done.</summary>
    public ChatReply? Reply { get; init; }

    /// <summary>Why it failed, one of <see cref="ChatErrorCodes"/> or a newer one; null unless it did.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Names the state only: a conversation does not belong in a log.</summary>
    public override string ToString() => $"{nameof(ChatTurn)} {Status}";
}

/// <summary>What a visitor thought of a reply.</summary>
public enum ChatRating
{
    /// <summary>It did not help.</summary>
    Down = -1,

    /// <summary>It helped.</summary>
    Up = 1,
}
