using Chat.Server.Errors;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Conversations;

/// <summary>
/// The second of a turn's two transactions: the reply is stored and charged, or the turn fails and gives back what it holds. It is
/// persistent: the reply exists and is worth it. What the store does not take at all, the lease gives back.
/// </summary>
public sealed class TurnSettlement(
    Database database, ConversationStore store, Meter meter, IOptions<ConversationOptions> options, TimeProvider time)
{
    // About six seconds, on top of what the store itself is tried again.
    private static readonly TimeSpan[] Delays = [.. new[] { 100, 300, 1_000, 2_000, 3_000 }.Select(ms => TimeSpan.FromMilliseconds(ms))];

    /// <summary>Stores a reply and charges it, once, however often the store must be asked.</summary>
    /// <returns>False, and nothing is changed, where the lease had ended and a sweeper has given everything back.</returns>
    /// <exception cref="StoreUnavailableException">The store did not take it.</exception>
    public Task<bool> SettleAsync(AdmittedTurn turn, string reply, Charge charge, Timing timing) => PersistentlyAsync(() => database.WriteIdempotentAsync(
        async session =>
        {
            var now = time.GetUtcNow();
            var finished = new FinishedTurn(turn.TurnId, reply, charge.PromptTokens, charge.CompletionTokens, charge.MicroCredits, now);
            // No longer pending: by an earlier run of this, whose reply was lost, or by a sweeper. The ledger tells which.
            if (!await store.CompleteTurnAsync(session, finished))
                return await meter.IsSettledAsync(session, turn.MessageId);
            await store.ProlongThreadAsync(session, turn.ThreadId, turn.ExpiresAt, now + options.Value.Lifetime);
            await meter.SettleAsync(session, turn.Admission, turn.MessageId, charge, timing);
            return true;
        },
        CancellationToken.None));

    /// <summary>Fails a turn and gives back its credits and its place in the day.</summary>
    /// <returns>False, and nothing is changed, where it had ended already.</returns>
    /// <exception cref="StoreUnavailableException">The store did not take it.</exception>
    public Task<bool> FailAsync(AdmittedTurn turn, ChatError error) => PersistentlyAsync(() => database.WriteAsync(
        async session =>
        {
            if (!await store.FailTurnAsync(session, turn.TurnId, error.Code, time.GetUtcNow()))
                return false;
            await meter.ReleaseAsync(session, turn.Session.ChannelId, turn.Admission.Reserved, turn.Admission.Day);
            return true;
        },
        CancellationToken.None));

    private async Task<bool> PersistentlyAsync(Func<Task<bool>> write)
    {
        foreach (var delay in Delays)
        {
            try
            {
                return await write();
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(delay, time, CancellationToken.None);
            }
        }

        return await write();
    }
}
