namespace Chat.Server.Quotas;

/// <summary>A channel's hot row: what it has used of its windows and its credits. Amounts are micro-credits.</summary>
public sealed record Account
{
    /// <summary>The latest UTC minute that something was admitted in.</summary>
    public long MinuteNo { get; init; }

    /// <summary>How many messages were admitted in it.</summary>
    public int MinuteCount { get; init; }

    /// <summary>The latest UTC day that something was admitted in.</summary>
    public int DayNo { get; init; }

    /// <summary>How many messages were admitted in it, less those whose reply failed.</summary>
    public int DayCount { get; init; }

    /// <summary>The sum of all grants.</summary>
    public long Allocated { get; init; }

    /// <summary>The sum of all charges.</summary>
    public long Consumed { get; init; }

    /// <summary>What running turns may still cost.</summary>
    public long Reserved { get; init; }
}
