using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Quotas;
using Chat.Server.Storage;

namespace Chat.Server.Administration;

/// <summary>
/// Deletes a channel with everything that is kept of it: sessions, messages, usage, ratings, grants, counts, alerts, keys. First it
/// stops answering; then its rows go in batches, the many before the few; and last the channel itself, with what is left.
/// Broken off at any point, the channel is there, stopped and with books that add up, and deleting it again goes on.
/// </summary>
public sealed class DeleteChannel(
    Database database, ChannelStore channels, ChannelDirectory directory, ChannelEraser conversations, AccountEraser accounts, TimeProvider time)
{
    /// <summary>Deletes; takes seconds where there are hundreds of thousands of rows.</summary>
    /// <returns>Whether there was such a channel.</returns>
    public async Task<bool> HandleAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await StopAsync(id, cancellationToken) is not { } channelId)
            return false;
        await conversations.EraseAsync(channelId, cancellationToken);
        await accounts.EraseAsync(channelId, cancellationToken);
        using var change = directory.BeginChange();
        await database.WriteIdempotentAsync(
            async session =>
            {
                await channels.DeleteAsync(session, channelId);
                return true;
            },
            cancellationToken);
        return true;
    }

    private async Task<long?> StopAsync(Guid id, CancellationToken cancellationToken)
    {
        using var change = directory.BeginChange();
        return await database.WriteIdempotentAsync<long?>(
            async session =>
            {
                if (await channels.FindAsync(session, id) is not { } channel)
                    return null;
                await channels.UpdateAsync(session, channel with { Settings = channel.Settings with { Active = false }, UpdatedAt = time.GetUtcNow() });
                return channel.ChannelId;
            },
            cancellationToken);
    }
}
