using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Chat.Server.Channels;

/// <summary>
/// Finds the channel of a key. A find is remembered for 5 seconds at most; a change made through this instance is seen at
/// once. A look-up that was under way during a change is used for its own request and not remembered, so no stale entry
/// comes back after it was dropped.
/// </summary>
public sealed class ChannelDirectory(ChannelStore store, TimeProvider time)
{
    // Design, "Beyond one machine". The cap only bounds memory: the cache starts anew when it is reached.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);
    private const int MaxEntries = 100_000;

    private readonly ConcurrentDictionary<string, Entry> _byKey = new(StringComparer.Ordinal);
    private long _generation;

    /// <summary>The channel of a key, or null: unknown, malformed and revoked keys are alike.</summary>
    public async ValueTask<Channel?> FindByKeyAsync(string key, CancellationToken cancellationToken)
    {
        if (!ChannelKey.IsWellFormed(key))
            return null;
        var hash = ChannelKey.Hash(key);
        var id = Convert.ToBase64String(hash);
        if (_byKey.TryGetValue(id, out var entry) && time.GetElapsedTime(entry.LoadedAt) < MaxAge)
            return entry.Channel;

        var generation = Volatile.Read(ref _generation);
        var loadedAt = time.GetTimestamp();
        var channel = await store.FindByKeyHashAsync(hash, cancellationToken);
        if (channel is null || !CryptographicOperations.FixedTimeEquals(channel.KeyHash, hash))
            return null;
        Remember(id, new Entry(channel, loadedAt), generation);
        return channel;
    }

    /// <summary>Forgets every find, after a change was committed.</summary>
    public void Changed()
    {
        Interlocked.Increment(ref _generation);
        _byKey.Clear();
    }

    private void Remember(string id, Entry entry, long generation)
    {
        if (_byKey.Count >= MaxEntries)
            _byKey.Clear();
        _byKey[id] = entry;
        // A change between the look-up and this line: take the entry back. One between the two lines clears it itself.
        if (Volatile.Read(ref _generation) != generation)
            _byKey.TryRemove(id, out _);
    }

    private sealed record Entry(Channel Channel, long LoadedAt);
}
