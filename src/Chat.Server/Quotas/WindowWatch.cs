using System.Collections.Concurrent;
using Chat.Server.Channels;

namespace Chat.Server.Quotas;

/// <summary>A channel's counts in its current windows, as a row of the store said.</summary>
public sealed record WindowCounts(long MinuteNo, int MinuteCount, int DayNo, int DayCount)
{
    /// <summary>The counts of an account.</summary>
    public static WindowCounts Of(Account account) => new(account.MinuteNo, account.MinuteCount, account.DayNo, account.DayCount);
}

/// <summary>
/// What this instance last saw of each channel's windows. It decides nothing that the store would decide otherwise: a
/// minute that was seen full stays full, as its count never falls, so that much may be refused without asking; and it
/// answers how much is left on requests that count nothing.
/// </summary>
public sealed class WindowWatch(QuotaStore store, TimeProvider time)
{
    // How old a sighting may be that is told to callers of requests that count nothing. Other instances count meanwhile.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    // The cap only bounds memory: the watch starts anew when it is reached.
    private const int MaxEntries = 100_000;

    private readonly ConcurrentDictionary<long, Sighting> _seen = [];

    /// <summary>Keeps what a row said, unless a later one was kept meanwhile.</summary>
    public void Saw(long channelId, WindowCounts counts)
    {
        if (_seen.Count >= MaxEntries)
            _seen.Clear();
        var sighting = new Sighting(counts, time.GetTimestamp());
        _seen.AddOrUpdate(channelId, sighting, (_, kept) => IsOlder(counts, kept.Counts) ? kept : sighting);
    }

    /// <summary>Until when the channel's minute is known to be full; null when it is not, or not known to be.</summary>
    public DateTimeOffset? FullUntil(Channel channel)
    {
        var minute = QuotaWindow.MinuteOf(time.GetUtcNow());
        return _seen.TryGetValue(channel.ChannelId, out var seen)
            && seen.Counts.MinuteNo >= minute && seen.Counts.MinuteCount >= channel.Settings.RequestsPerMinute
            ? QuotaWindow.EndOfMinute(seen.Counts.MinuteNo)
            : null;
    }

    /// <summary>The channel's counts, at most a second old; null when the channel is gone.</summary>
    public async ValueTask<WindowCounts?> CountsAsync(Channel channel, CancellationToken cancellationToken)
    {
        if (_seen.TryGetValue(channel.ChannelId, out var seen) && time.GetElapsedTime(seen.At) < MaxAge)
            return seen.Counts;
        if (await store.FindAccountAsync(channel.ChannelId, cancellationToken) is not { } account)
            return null;
        var counts = WindowCounts.Of(account);
        _seen[channel.ChannelId] = new Sighting(counts, time.GetTimestamp());
        return counts;
    }

    private static bool IsOlder(WindowCounts counts, WindowCounts kept) =>
        counts.MinuteNo < kept.MinuteNo || (counts.MinuteNo == kept.MinuteNo && counts.MinuteCount < kept.MinuteCount);

    private sealed record Sighting(WindowCounts Counts, long At);
}
