using Chat.Server.Storage.Copying;
using static Chat.Server.Storage.Copying.ColumnKind;

namespace Chat.Server.Quotas;

/// <summary>The tables of this folder as a copy of the store takes them.</summary>
internal static class QuotaTables
{
    /// <summary>The hot rows. A channel without one admits nothing.</summary>
    public static readonly CopiedTable Accounts = new()
    {
        Name = "channel_usage",
        IsNumbered = false,
        Sums = ["allocated", "consumed", "reserved"],
        Columns =
        [
            new("channel_id", Number), new("minute_no", Number), new("minute_count", Number), new("day_no", Number), new("day_count", Number),
            new("allocated", Number), new("consumed", Number), new("reserved", Number), new("last_reserved", Number),
        ],
    };

    /// <summary>The charges.</summary>
    public static readonly CopiedTable Usage = new()
    {
        Name = "usage",
        Birthmarks = ["message_id", "channel_id"],
        IsAppendOnly = true,
        Sums = ["credits"],
        Columns =
        [
            new("usage_id", Number), new("channel_id", Number), new("message_id", Id), new("model", Text), new("attempt", Text),
            new("prompt_tokens", Number), new("completion_tokens", Number), new("credits", Number), new("duration_ms", Number),
            new("created_at", Time), new("first_token_ms", Number),
        ],
    };

    /// <summary>Ratings. Engines disagree about the order of identifiers, so those of one channel are read at a time.</summary>
    public static readonly CopiedTable Feedback = new()
    {
        Name = "feedback",
        IsNumbered = false,
        KeyColumns = 2,
        Columns = [new("channel_id", Number), new("message_id", Id), new("rating", Number), new("comment", Text), new("rated_at", Time)],
    };

    /// <summary>The grants.</summary>
    public static readonly CopiedTable Grants = new()
    {
        Name = "credit_grants",
        Birthmarks = ["channel_id", "credits", "created_at"],
        IsAppendOnly = true,
        Sums = ["credits"],
        Columns =
        [
            new("grant_id", Number), new("channel_id", Number), new("credits", Number), new("note", Text), new("idempotency_key", Text),
            new("created_at", Time),
        ],
    };

    /// <summary>What was refused or failed, counted.</summary>
    public static readonly CopiedTable Refusals = new()
    {
        Name = "refusals",
        IsNumbered = false,
        KeyColumns = 5,
        Sums = ["count"],
        Columns =
        [
            new("channel_id", Number), new("day_no", Number), new("kind", Number), new("code", Text), new("model", Text), new("count", Number),
        ],
    };

    /// <summary>Crossings of thresholds, and how far their delivery has come.</summary>
    public static readonly CopiedTable Alerts = new()
    {
        Name = "alerts",
        Birthmarks = ["public_id"],
        Columns =
        [
            new("alert_id", Number), new("public_id", Id), new("channel_id", Number), new("kind", Number), new("period", Number),
            new("threshold", Number), new("used", Number), new("available", Number), new("attempts", Number), new("next_attempt_at", Time),
            new("delivered_at", Time), new("created_at", Time),
        ],
    };
}
