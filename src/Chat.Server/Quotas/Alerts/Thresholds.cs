namespace Chat.Server.Quotas.Alerts;

/// <summary>A channel's thresholds beside its account. Amounts are micro-credits.</summary>
internal sealed record Thresholds
{
    private const int Percent = 100;

    public long ChannelId { get; init; }

    public int? AlertCreditsPercent { get; init; }

    public int? AlertDailyPercent { get; init; }

    public int RequestsPerDay { get; init; }

    public long Allocated { get; init; }

    public long Consumed { get; init; }

    public int DayNo { get; init; }

    public int DayCount { get; init; }

    /// <summary>The thresholds that are reached now.</summary>
    public IEnumerable<Crossing> Crossed()
    {
        if (AlertCreditsPercent is { } credits && Allocated > 0 && Reached(Consumed, Allocated, credits))
            yield return new Crossing(ChannelId, AlertKind.Credits, Allocated, credits, Consumed, Allocated);
        if (AlertDailyPercent is { } daily && Reached(DayCount, RequestsPerDay, daily))
            yield return new Crossing(ChannelId, AlertKind.Daily, DayNo, daily, DayCount, RequestsPerDay);
    }

    // In whole numbers: the largest account times a hundred is far inside 64 bits.
    private static bool Reached(long used, long available, int percent) => used * Percent >= available * percent;
}

/// <summary>Looks for crossings; never on the request path.</summary>
public sealed class AlertWatch(AlertStore store, TimeProvider time)
{
    /// <summary>Writes down what these channels have crossed, each crossing once for its period.</summary>
    public async Task CheckAsync(IReadOnlyCollection<long> channels, CancellationToken cancellationToken)
    {
        foreach (var channelId in channels)
        {
            if (await store.FindThresholdsAsync(channelId, cancellationToken) is not { } thresholds)
                continue;
            var now = time.GetUtcNow();
            foreach (var crossing in thresholds.Crossed())
                await store.AddAsync(crossing, Guid.CreateVersion7(now), now, cancellationToken);
        }
    }
}
