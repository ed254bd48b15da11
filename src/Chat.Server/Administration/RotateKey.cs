using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Quotas;
using Chat.Server.Storage;

namespace Chat.Server.Administration;

/// <summary>Gives a channel another key.</summary>
public sealed class RotateKey(
    Database database, ChannelStore channels, QuotaStore quotas, ChannelDirectory directory, KeySealer sealer, TimeProvider time)
{
    /// <summary>Gives the channel a new key; the old one ends at once.</summary>
    public async Task<Result<ChannelResponse>> HandleAsync(Guid id, CancellationToken cancellationToken)
    {
        // Sealed before the transaction: sealing may add to the key ring, which is a write of its own.
        var key = ChannelKey.Create();
        var sealedKey = sealer.Seal(id, key);
        using var change = directory.BeginChange();
        return await database.WriteAsync<Result<ChannelResponse>>(
            async session =>
            {
                if (await channels.FindAsync(session, id) is not { } channel || await quotas.FindAccountAsync(session, channel.ChannelId) is not { } account)
                    return ChatError.NotFound;
                var rotated = channel with { KeyHash = ChannelKey.Hash(key), KeySealed = sealedKey, UpdatedAt = time.GetUtcNow() };
                await channels.UpdateKeyAsync(session, rotated);
                return ChannelResponse.From(rotated, account, key);
            },
            cancellationToken);
    }
}
