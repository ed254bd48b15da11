using System.Security.Cryptography;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Chat.Server.Rendering;
using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Conversations;

/// <summary>What admission came to: a new turn, or the answer that the same idempotency key has had before.</summary>
public sealed record AdmissionOutcome(AdmittedTurn? Turn, FirstAnswer? Replay);

/// <summary>An answer that was given before.</summary>
public sealed record FirstAnswer(Guid MessageId, TurnReply Reply);

/// <summary>
/// The first of a turn's two transactions: the idempotency key is looked up, the message counted, its credits reserved, its
/// session's thread opened and the turn written as pending. All of it is kept, or nothing.
/// </summary>
public sealed class TurnAdmission(
    Database database, ConversationStore store, Meter meter, AbandonedTurns abandoned, IOptions<ConversationOptions> options, TimeProvider time)
{
    // As many as one sweep takes at a time: the key's own turn is among the longest abandoned, or soon will be.
    private const int ReleasedAtOnce = 100;

    // A reply takes seconds; a caller that looks again after one finds it soon enough.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>Admits a message, or finds the answer that it has had, or refuses it.</summary>
    public async Task<Result<AdmissionOutcome>> AdmitAsync(
        Channel channel, SessionKey key, string message, Prompt prompt, IdempotencyKey? idempotencyKey, CancellationToken cancellationToken)
    {
        var (result, keyIsAbandoned) = await TryAsync(channel, key, message, prompt, idempotencyKey, cancellationToken);
        if (keyIsAbandoned)
        {
            // What a crash left behind holds the key until its lease ends: the retry need not wait for the sweep as well.
            await abandoned.ReleaseAsync(time.GetUtcNow(), ReleasedAtOnce, cancellationToken);
            (result, _) = await TryAsync(channel, key, message, prompt, idempotencyKey, cancellationToken);
        }

        if (result.Succeeded(out var outcome, out _) && outcome.Turn is { } admittedTurn)
            meter.Committed(admittedTurn.Admission);
        return result;
    }

    private Task<(Result<AdmissionOutcome> Result, bool KeyIsAbandoned)> TryAsync(
        Channel channel, SessionKey key, string message, Prompt prompt, IdempotencyKey? idempotencyKey, CancellationToken cancellationToken) =>
        database.WriteAsync<(Result<AdmissionOutcome>, bool)>(
            async session =>
            {
                var now = time.GetUtcNow();
                if (idempotencyKey is not null
                    && await store.FindByIdempotencyKeyAsync(session, channel.ChannelId, idempotencyKey.Key, now) is { } known)
                {
                    return (Known(known, idempotencyKey), known.IsAbandonedAt(now));
                }

                var admitted = await AdmitAsync(session, channel, key, message, prompt, idempotencyKey, now);
                if (admitted.Succeeded(out var turn, out var refusal))
                    return (new AdmissionOutcome(turn, null), false);
                session.Discard();
                return (refusal, false);
            },
            cancellationToken);

    private static Result<AdmissionOutcome> Known(KeyedTurn turn, IdempotencyKey key)
    {
        if (!CryptographicOperations.FixedTimeEquals(turn.RequestHash, key.RequestHash))
            return IdempotencyHeader.OtherBody;
        if (turn.State == TurnState.Pending)
            return ChatError.RequestInProgress(LookAgain);
        // Answered and forgotten since: there is nothing to give again, and nothing may be charged again.
        return turn.Reply is null
            ? ChatError.NotFound
            : new AdmissionOutcome(null, new FirstAnswer(
                turn.MessageId, new TurnReply(turn.Reply, SafeMarkdown.ToHtml(turn.Reply), turn.PromptTokens, turn.CompletionTokens, turn.Charged)));
    }

    private async Task<Result<AdmittedTurn>> AdmitAsync(
        DbSession session, Channel channel, SessionKey key, string message, Prompt prompt, IdempotencyKey? idempotencyKey, DateTimeOffset now)
    {
        if (!(await meter.AdmitAsync(session, channel, prompt.Tokens)).Succeeded(out var admission, out var refusal))
            return refusal;
        // The minute that the channel counted the message in: later than the clock's, where the clock has gone back.
        var limit = new MinuteLimit(admission.Counts.MinuteNo, channel.Settings.RequestsPerMinutePerSession ?? int.MaxValue);
        if (await store.OpenThreadAsync(session, key, limit, now, now + options.Value.Lifetime) is not { } threadId)
            return ChatError.RateLimitExceeded(QuotaWindow.EndOfMinute(limit.Minute) - now);
        var messageId = Guid.CreateVersion7(now);
        var turnId = await store.AddTurnAsync(session, new NewTurn(
            messageId,
            channel.ChannelId,
            threadId,
            admission.ModelId,
            message,
            admission.Reserved,
            admission.Day,
            idempotencyKey?.Key,
            idempotencyKey?.RequestHash,
            now,
            now + options.Value.TurnTimeout + TurnRunner.LeaseMargin));
        return new AdmittedTurn(turnId, messageId, threadId, channel.ChannelId, admission);
    }
}
