using System.Collections.Concurrent;

namespace Chat.Server.Channels;

/// <summary>
/// What this instance remembers of channels, each for 5 seconds at most from when its look-up began. Look-ups and changes are
/// numbered in the order of their beginning, and what a look-up brings is remembered only while nothing later is known: neither a
/// change made here, nor another look-up of the key that began after it and has ended. So nothing stale comes back.
/// </summary>
internal sealed class RememberedChannels(TimeProvider time)
{
    // Design, "Beyond one machine". The cap only bounds memory: it starts anew when it is reached.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);
    private const int MaxEntries = 100_000;

    // Keys share a number of the latest look-up that ended, so that it needs no room of its own for every key that was ever tried.
    // Two keys that meet here now and then cost one of them a place in memory, and nothing else.
    private const int Stripes = 1_024;

    private readonly ConcurrentDictionary<string, Entry> _byKey = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly long[] _ended = new long[Stripes];
    private long _number;
    private long _change;

    /// <summary>The channel of a key, where it is known well enough; else null.</summary>
    public Channel? Find(string key) => _byKey.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.ReadAt) < MaxAge ? entry.Channel : null;

    /// <summary>A look-up begins; call before the store is asked.</summary>
    public Look Begin() => new(Interlocked.Increment(ref _number), time.GetTimestamp());

    /// <summary>A look-up ends with the channel that it found, or with null.</summary>
    public void End(Look look, string key, Channel? channel)
    {
        lock (_gate)
        {
            ref var ended = ref _ended[(uint)StringComparer.Ordinal.GetHashCode(key) % Stripes];
            if (look.Number < _change || look.Number < ended)
                return;
            ended = look.Number;
            if (channel is null)
                _byKey.TryRemove(key, out _);
            else
                Remember(key, new Entry(channel, look.ReadAt));
        }
    }

    /// <summary>A change was made: all is forgotten, and what is being looked up is not remembered.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _change = Interlocked.Increment(ref _number);
            _byKey.Clear();
        }
    }

    private void Remember(string key, Entry entry)
    {
        if (_byKey.Count >= MaxEntries)
            _byKey.Clear();
        _byKey[key] = entry;
    }

    /// <summary>A look-up under way.</summary>
    /// <param name="Number">Its place among look-ups and changes.</param>
    /// <param name="ReadAt">When it began: what it brings is at least as young.</param>
    public sealed record Look(long Number, long ReadAt);

    private sealed record Entry(Channel Channel, long ReadAt);
}
