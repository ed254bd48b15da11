using Chat.Server.Quotas.Alerts;
using Chat.Server.Storage;

namespace Chat.Server.Quotas;

/// <summary>A charge as it is kept. Credits are micro-credits.</summary>
public sealed record UsageRecord
{
    /// <summary>The turn that was answered.</summary>
    public Guid MessageId { get; init; }

    /// <summary>The catalogue's id of the model.</summary>
    public string Model { get; init; } = "";

    /// <summary>Tokens that were sent.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens that came back.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>The charge.</summary>
    public long Credits { get; init; }

    /// <summary>From the asking to the whole reply.</summary>
    public long DurationMs { get; init; }

    /// <summary>From the asking to the first piece; null where the reply came whole.</summary>
    public long? FirstTokenMs { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>How many requests of a UTC day had no reply, for one reason.</summary>
public sealed record UnansweredRecord
{
    /// <summary>The UTC day, counted from 1970.</summary>
    public int Day { get; init; }

    /// <summary>Refused or failed.</summary>
    public UnansweredKind Kind { get; init; }

    /// <summary>The code that the caller saw.</summary>
    public string Code { get; init; } = "";

    /// <summary>The catalogue's id of the model.</summary>
    public string Model { get; init; } = "";

    /// <summary>How many.</summary>
    public long Count { get; init; }
}

/// <summary>A crossing of a threshold as it is kept: micro-credits, or messages of a day.</summary>
public sealed record AlertRecord
{
    /// <summary>The alert's id, as its webhook calls have it.</summary>
    public Guid PublicId { get; init; }

    /// <summary>Which threshold.</summary>
    public AlertKind Kind { get; init; }

    /// <summary>The threshold in percent.</summary>
    public int Threshold { get; init; }

    /// <summary>What had been used.</summary>
    public long Used { get; init; }

    /// <summary>Of how much.</summary>
    public long Available { get; init; }

    /// <summary>When the threshold was crossed.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the webhook took it; null: not yet, or never.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }
}

/// <summary>A rating as it is kept.</summary>
public sealed record FeedbackRecord
{
    /// <summary>The turn that was rated.</summary>
    public Guid MessageId { get; init; }

    /// <summary>1 or -1.</summary>
    public short Rating { get; init; }

    /// <summary>A word to the owner, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset RatedAt { get; init; }
}

/// <summary>All that is kept of a channel's account, row by row.</summary>
public static class AccountRecords
{
    private static readonly Sql SelectGrants = Sql.Portable("""
        SELECT grant_id, credits, note, created_at FROM dbo.credit_grants WHERE channel_id = @channelId ORDER BY grant_id;
        """);

    private static readonly Sql SelectUsage = Sql.Portable("""
        SELECT message_id, model, prompt_tokens, completion_tokens, credits, duration_ms, first_token_ms, created_at
        FROM dbo.usage WHERE channel_id = @channelId ORDER BY created_at, usage_id;
        """);

    private static readonly Sql SelectUnanswered = Sql.Portable("""
        SELECT day_no AS day, kind, code, model, count FROM dbo.refusals WHERE channel_id = @channelId ORDER BY day_no, kind, code, model;
        """);

    private static readonly Sql SelectAlerts = Sql.Portable("""
        SELECT public_id, kind, threshold, used, available, created_at, delivered_at FROM dbo.alerts WHERE channel_id = @channelId ORDER BY alert_id;
        """);

    private static readonly Sql SelectFeedback = Sql.Portable("SELECT message_id, rating, comment, rated_at FROM dbo.feedback WHERE channel_id = @channelId ORDER BY rated_at;");

    /// <summary>The grants, in the order of their making.</summary>
    public static IAsyncEnumerable<Grant> GrantsAsync(DbSession session, long channelId) => session.StreamAsync<Grant>(SelectGrants, new { channelId });

    /// <summary>The charges, in the order of their making.</summary>
    public static IAsyncEnumerable<UsageRecord> UsageAsync(DbSession session, long channelId) =>
        session.StreamAsync<UsageRecord>(SelectUsage, new { channelId });

    /// <summary>The ratings, in the order of their making.</summary>
    public static IAsyncEnumerable<FeedbackRecord> FeedbackAsync(DbSession session, long channelId) =>
        session.StreamAsync<FeedbackRecord>(SelectFeedback, new { channelId });

    /// <summary>Refusals and failures by UTC day.</summary>
    public static IAsyncEnumerable<UnansweredRecord> UnansweredAsync(DbSession session, long channelId) =>
        session.StreamAsync<UnansweredRecord>(SelectUnanswered, new { channelId });

    /// <summary>The alerts, in the order of their making.</summary>
    public static IAsyncEnumerable<AlertRecord> AlertsAsync(DbSession session, long channelId) =>
        session.StreamAsync<AlertRecord>(SelectAlerts, new { channelId });
}
