using System.Collections.Concurrent;

namespace Chat.Server.Channels;

/// <summary>
/// What this instance remembers of channels, each for 5 seconds at most from when its look-up began. What a look-up brings is not
/// remembered where a change was made here since it began, nor where another look-up of the key ended since and brought something
/// else: one of the two is stale, and nobody can say which. So nothing stale comes back.
/// </summary>
internal sealed class RememberedChannels(TimeProvider time)
{
    // Design, "Beyond one machine". The cap only bounds memory: it starts anew when it is reached.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);
    private const int MaxEntries = 100_000;

    // Keys share the number of the last end, so that it needs no room of its own for every key that was ever tried. Two keys that
    // meet here now and then cost one of them a place in memory, and nothing else.
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
            // Both also count for a look-up that is itself not remembered: what it brought was answered with.
            var isOld = look.Number < _change;
            var isOverlapped = look.Number < _ended[StripeOf(key)];
            EndAt(key);
            if (channel is null || ((isOld || isOverlapped) && !Agrees(key, channel)))
                _byKey.TryRemove(key, out _);
            else if (!isOld)
                Remember(key, new Entry(channel, look.ReadAt));
        }
    }

    /// <summary>A channel was found to be gone: it is forgotten, and so is what is being looked up under its key.</summary>
    public void Forget(string key)
    {
        lock (_gate)
        {
            EndAt(key);
            _byKey.TryRemove(key, out _);
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

    private static uint StripeOf(string key) => (uint)StringComparer.Ordinal.GetHashCode(key) % Stripes;

    private void EndAt(string key) => _ended[StripeOf(key)] = Interlocked.Increment(ref _number);

    // Times of change are kept to the millisecond, within which there may be two.
    private bool Agrees(string key, Channel channel) =>
        _byKey.TryGetValue(key, out var entry)
        && entry.Channel.UpdatedAt == channel.UpdatedAt
        && entry.Channel.Settings.Active == channel.Settings.Active
        && entry.Channel.Settings.ExpiresAt == channel.Settings.ExpiresAt;

    private void Remember(string key, Entry entry)
    {
        if (_byKey.Count >= MaxEntries)
            _byKey.Clear();
        _byKey[key] = entry;
    }

    /// <summary>A look-up under way.</summary>
    /// <param name="Number">Its beginning's place among beginnings, ends and changes.</param>
    /// <param name="ReadAt">When it began: what it brings is at least as young.</param>
    public sealed record Look(long Number, long ReadAt);

    private sealed record Entry(Channel Channel, long ReadAt);
}
