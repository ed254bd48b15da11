using System.Security.Cryptography;

namespace Chat.Server.Channels;

/// <summary>
/// Finds the channel of a key, or of a public id. A find is remembered for 5 seconds at most; a change made through this instance is seen at
/// once. A look-up that was under way during a change is used for its own request and not remembered.
/// </summary>
public sealed class ChannelDirectory(ChannelStore store, TimeProvider time)
{
    private readonly RememberedChannels _remembered = new(time);

    /// <summary>The channel of a key, or null: unknown, malformed and revoked keys are alike.</summary>
    public ValueTask<Channel?> FindByKeyAsync(string key, CancellationToken cancellationToken) =>
        ChannelKey.IsWellFormed(key) ? FindByHashAsync(ChannelKey.Hash(key), cancellationToken) : ValueTask.FromResult<Channel?>(null);

    /// <summary>The channel of a public id, or null.</summary>
    public ValueTask<Channel?> FindByPublicIdAsync(Guid publicId, CancellationToken cancellationToken)
    {
        var id = IdOf(publicId);
        return _remembered.Find(id) is { } known ? ValueTask.FromResult<Channel?>(known) : ReadAsync(id, publicId, cancellationToken);
    }

    /// <summary>The channel as it is now, or null, for a request that was let in before: reading its body may have taken minutes.</summary>
    public ValueTask<Channel?> RefreshAsync(Channel channel, CancellationToken cancellationToken) => FindByHashAsync(channel.KeyHash, cancellationToken);

    /// <summary>
    /// Begins a change of a channel. When it ends, well or badly, every find is forgotten: of a change that went wrong it may not
    /// be known whether it was kept.
    /// </summary>
    public IDisposable BeginChange() => new Change(_remembered);

    /// <summary>Forgets a channel that turned out to be deleted, on another instance.</summary>
    public void Forget(Channel channel)
    {
        _remembered.Forget(IdOf(channel.KeyHash));
        _remembered.Forget(IdOf(channel.PublicId));
    }

    private static string IdOf(byte[] hash) => Convert.ToBase64String(hash);

    // Never the text of a hash, which has no hyphen.
    private static string IdOf(Guid publicId) => publicId.ToString("D");

    private ValueTask<Channel?> FindByHashAsync(byte[] hash, CancellationToken cancellationToken)
    {
        var id = IdOf(hash);
        return _remembered.Find(id) is { } known ? ValueTask.FromResult<Channel?>(known) : ReadAsync(id, hash, cancellationToken);
    }

    // Methods of their own: the closures are made where nothing is remembered, and not at every look.
    private ValueTask<Channel?> ReadAsync(string id, byte[] hash, CancellationToken cancellationToken) => ReadAsync(
        id,
        async () => await store.FindByKeyHashAsync(hash, cancellationToken) is { } channel && CryptographicOperations.FixedTimeEquals(channel.KeyHash, hash) ? channel : null);

    private ValueTask<Channel?> ReadAsync(string id, Guid publicId, CancellationToken cancellationToken) => ReadAsync(id, () => store.FindAsync(publicId, cancellationToken));

    private async ValueTask<Channel?> ReadAsync(string id, Func<Task<Channel?>> read)
    {
        var look = _remembered.Begin();
        var channel = await read();
        _remembered.End(look, id, channel);
        return channel;
    }

    private sealed class Change(RememberedChannels remembered) : IDisposable
    {
        public void Dispose() => remembered.Forget();
    }
}
