using Chat.Server.Storage;

namespace Chat.Server.Quotas.Alerts;

/// <summary>Which threshold was crossed.</summary>
public enum AlertKind
{
    /// <summary>A percentage of the credits that were granted; the period is their sum, so a new grant begins another.</summary>
    Credits = 0,

    /// <summary>A percentage of the channel's messages of a UTC day; the period is the day.</summary>
    Daily = 1,
}

/// <summary>A crossing as it is written down.</summary>
internal sealed record Crossing(long ChannelId, AlertKind Kind, long Period, int Threshold, long Used, long Available);

/// <summary>An alert that is due, and where to.</summary>
internal sealed record DueAlert
{
    public long AlertId { get; init; }

    public Guid PublicId { get; init; }

    public Guid ChannelPublicId { get; init; }

    public string Url { get; init; } = "";

    public AlertKind Kind { get; init; }

    public int Threshold { get; init; }

    public long Used { get; init; }

    public long Available { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset NextAttemptAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The table <c>alerts</c>.</summary>
public sealed class AlertStore(Database database)
{
    private const string DueColumns = """
        alerts.alert_id, alerts.public_id, channels.public_id AS channel_public_id, channels.alert_webhook_url AS url, alerts.kind,
        alerts.threshold, alerts.used, alerts.available, alerts.attempts, alerts.next_attempt_at, alerts.created_at
        """;

    private const string DueCondition = "alerts.next_attempt_at <= @now AND alerts.created_at > @oldest AND channels.alert_webhook_url IS NOT NULL";

    private static readonly Sql SelectThresholds = Sql.Portable("""
        SELECT channels.channel_id, channels.alert_credits_percent, channels.alert_daily_percent, channels.requests_per_day,
            accounts.allocated, accounts.consumed, accounts.day_no, accounts.day_count
        FROM dbo.channels AS channels JOIN dbo.channel_usage AS accounts ON accounts.channel_id = channels.channel_id
        WHERE channels.channel_id = @channelId AND channels.alert_webhook_url IS NOT NULL;
        """);

    private static readonly Sql IsKnown = Sql.Portable("""
        SELECT COUNT(*) FROM dbo.alerts WHERE channel_id = @ChannelId AND kind = @Kind AND period = @Period AND threshold = @Threshold;
        """);

    private static readonly Sql Insert = Sql.Portable("""
        INSERT INTO dbo.alerts (public_id, channel_id, kind, period, threshold, used, available, attempts, next_attempt_at, created_at)
        SELECT @id, channel_id, @Kind, @Period, @Threshold, @Used, @Available, 0, @now, @now FROM dbo.channels WHERE channel_id = @ChannelId;
        """);

    private static readonly Sql SelectDue = Sql.Of(
        sqlite: $"""
            SELECT {DueColumns} FROM alerts JOIN channels ON channels.channel_id = alerts.channel_id
            WHERE {DueCondition} ORDER BY alerts.next_attempt_at LIMIT @limit;
            """,
        sqlServer: $"""
            SELECT TOP (@limit) {DueColumns} FROM dbo.alerts AS alerts JOIN dbo.channels AS channels ON channels.channel_id = alerts.channel_id
            WHERE {DueCondition} ORDER BY alerts.next_attempt_at;
            """);

    private static readonly Sql Claim = Sql.Portable("""
        UPDATE dbo.alerts SET attempts = attempts + 1, next_attempt_at = @next WHERE alert_id = @AlertId AND attempts = @Attempts AND delivered_at IS NULL;
        """);

    private static readonly Sql SetDelivered = Sql.Portable("UPDATE dbo.alerts SET delivered_at = @now, next_attempt_at = NULL WHERE alert_id = @alertId;");

    /// <summary>The account of a channel with a webhook beside its thresholds; null where there is nothing to alert.</summary>
    internal Task<Thresholds?> FindThresholdsAsync(long channelId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.FirstOrDefaultAsync<Thresholds>(SelectThresholds, new { channelId }), cancellationToken);

    /// <summary>Writes a crossing down, once; of two instances at once, the second is run again and finds it.</summary>
    internal async Task AddAsync(Crossing crossing, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var arguments = new
        {
            id,
            crossing.ChannelId,
            Kind = (int)crossing.Kind,
            crossing.Period,
            crossing.Threshold,
            crossing.Used,
            crossing.Available,
            now,
        };
        if (await database.ReadAsync(session => session.FirstOrDefaultAsync<int>(IsKnown, arguments), cancellationToken) > 0)
            return;
        await database.WriteAsync(
            async session => await session.FirstOrDefaultAsync<int>(IsKnown, arguments) > 0 ? 0 : await session.ExecuteAsync(Insert, arguments),
            cancellationToken);
    }

    /// <summary>Alerts whose next attempt is due.</summary>
    internal Task<IReadOnlyList<DueAlert>> DueAsync(DateTimeOffset now, DateTimeOffset oldest, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.ListAsync<DueAlert>(SelectDue, new { now, oldest, limit }), cancellationToken);

    /// <summary>Takes one attempt, and says when the one after it may be; false where another instance has taken it.</summary>
    internal async Task<bool> ClaimAsync(DueAlert alert, DateTimeOffset? next, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => session.ExecuteAsync(Claim, new { alert.AlertId, alert.Attempts, next }), cancellationToken) > 0;

    /// <summary>There is nothing left to do for the alert.</summary>
    internal Task SetDeliveredAsync(long alertId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteIdempotentAsync(session => session.ExecuteAsync(SetDelivered, new { alertId, now }), cancellationToken);
}
