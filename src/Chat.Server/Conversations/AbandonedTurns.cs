using Chat.Server.Quotas;
using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>
/// Fails turns whose lease has ended, giving back what they hold: the process that ran them is gone. That is the whole of
/// crash recovery. May run on every instance at once: each step is a conditional write.
/// </summary>
public sealed class AbandonedTurns(Database database, ConversationStore store, Meter meter, UsageObserver observer)
{
    // How usage and the turn itself name a reply that its process did not live to finish.
    private const string Interrupted = "interrupted";

    /// <summary>Releases at most <paramref name="limit"/> turns whose lease ended by then, and says how many there were.</summary>
    public async Task<int> ReleaseAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var abandoned = await store.AbandonedTurnsAsync(now, limit, cancellationToken);
        foreach (var turn in abandoned)
        {
            var failed = await database.WriteAsync(
                async session =>
                {
                    if (!await store.FailTurnAsync(session, turn.TurnId, Interrupted, now))
                        return false;
                    await meter.ReleaseAsync(session, turn.ChannelId, turn.Reserved, turn.Day);
                    return true;
                },
                cancellationToken);
            if (failed)
                observer.Failed(turn.ChannelId, turn.Model, Interrupted);
        }

        return abandoned.Count;
    }
}
