using Chat.Server.Storage.Statements;

namespace Chat.Server.Conversations;

/// <summary>How many messages a session may have in a UTC minute.</summary>
/// <param name="Minute">The minute's number.</param>
/// <param name="PerMinute">The limit; the largest number where the channel sets none.</param>
public sealed record MinuteLimit(long Minute, int PerMinute);

/// <summary>A turn to be added as pending.</summary>
public sealed record NewTurn(
    Guid MessageId,
    long ChannelId,
    long ThreadId,
    string Model,
    string Message,
    long Reserved,
    int Day,
    string? IdempotencyKey,
    byte[]? RequestHash,
    DateTimeOffset Now,
    DateTimeOffset LeaseUntil) : IArguments
{
    /// <inheritdoc />
    public void AddTo<TParameters>(ref TParameters parameters)
        where TParameters : struct, IParameters
    {
        parameters.Add("@MessageId", MessageId);
        parameters.Add("@ChannelId", ChannelId);
        parameters.Add("@ThreadId", ThreadId);
        parameters.Add("@Model", Model);
        parameters.Add("@Message", Message);
        parameters.Add("@Reserved", Reserved);
        parameters.Add("@Day", Day);
        parameters.Add("@IdempotencyKey", IdempotencyKey);
        parameters.Add("@RequestHash", RequestHash);
        parameters.Add("@Now", Now);
        parameters.Add("@LeaseUntil", LeaseUntil);
    }
}

/// <summary>A turn as its idempotency key finds it.</summary>
public sealed record KeyedTurn : IRowOf<KeyedTurn>
{
    /// <summary>The turn's number.</summary>
    public long TurnId { get; init; }

    /// <summary>The turn's id.</summary>
    public Guid MessageId { get; init; }

    /// <summary>What has become of it.</summary>
    public TurnState State { get; init; }

    /// <summary>The reply; null while it is pending, and when its session was forgotten.</summary>
    public string? Reply { get; init; }

    /// <summary>Tokens that were sent.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens that came back.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>The charge in micro-credits.</summary>
    public long Charged { get; init; }

    /// <summary>What was asked.</summary>
    public byte[] RequestHash { get; init; } = [];

    /// <summary>When the message came.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the turn, still pending, counts as abandoned.</summary>
    public DateTimeOffset LeaseUntil { get; init; }

    /// <summary>Whether its process is gone: pending past its lease.</summary>
    public bool IsAbandonedAt(DateTimeOffset now) => State == TurnState.Pending && LeaseUntil <= now;

    /// <inheritdoc />
    public static KeyedTurn Read<TRow>(TRow row)
        where TRow : IRow => new()
        {
            TurnId = row.Int64(0),
            MessageId = row.Guid(1),
            State = (TurnState)row.Int32(2),
            Reply = row.IsNull(3) ? null : row.Text(3),
            PromptTokens = row.Int32(4),
            CompletionTokens = row.Int32(5),
            Charged = row.Int64(6),
            RequestHash = row.IsNull(7) ? [] : row.Bytes(7),
            CreatedAt = row.Time(8),
            LeaseUntil = row.Time(9),
        };
}

/// <summary>A turn to be stored with its reply.</summary>
public sealed record FinishedTurn(long TurnId, string Reply, int PromptTokens, int CompletionTokens, long Charged, DateTimeOffset Now) : IArguments
{
    /// <inheritdoc />
    public void AddTo<TParameters>(ref TParameters parameters)
        where TParameters : struct, IParameters
    {
        parameters.Add("@TurnId", TurnId);
        parameters.Add("@Reply", Reply);
        parameters.Add("@PromptTokens", PromptTokens);
        parameters.Add("@CompletionTokens", CompletionTokens);
        parameters.Add("@Charged", Charged);
        parameters.Add("@Now", Now);
    }
}

/// <summary>What is needed to give back what an abandoned turn holds.</summary>
public sealed record AbandonedTurn
{
    /// <summary>The turn's number.</summary>
    public long TurnId { get; init; }

    /// <summary>Its channel's number.</summary>
    public long ChannelId { get; init; }

    /// <summary>The model that was asked.</summary>
    public string Model { get; init; } = "";

    /// <summary>Its reservation in micro-credits.</summary>
    public long Reserved { get; init; }

    /// <summary>The UTC day that it was counted in.</summary>
    public int Day { get; init; }
}
