using Chat.Server.Channels;
using Chat.Server.Errors;

namespace Chat.Server.Conversations;

/// <summary>Ends a reply where it is, whichever instance makes it.</summary>
public sealed class StopTurn(TurnStore store, RunningTurns running, TimeProvider time)
{
    /// <summary>
    /// Asks for the end: at once where this instance makes the reply, within a second or so elsewhere. A turn that is over
    /// stays as it is. Null, or why the turn cannot be stopped.
    /// </summary>
    public async Task<ChatError?> HandleAsync(Channel channel, Guid messageId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(channel.ChannelId, messageId, time.GetUtcNow(), cancellationToken) is not { } turn)
            return ChatError.NotFound;
        if (turn.State != TurnState.Pending)
            return null;
        if (running.Find(messageId) is { } here)
            here.Stop();
        else
            await store.RequestStopAsync(channel.ChannelId, messageId, cancellationToken);
        return null;
    }
}
