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

/// <summary>A message that asks to be admitted.</summary>
/// <param name="Text">What the visitor says.</param>
/// <param name="Frame">What the model would be asked, but for the conversation so far.</param>
/// <param name="Key">The caller's name for the request; null when it has none.</param>
public sealed record NewMessage(string Text, PromptFrame Frame, IdempotencyKey? Key)
{
    /// <summary>The turn's id, made before the transaction that adds it, so that a lost commit can be looked up.</summary>
    public Guid Id { get; init; }
}

/// <summary>
/// The first of a turn's two transactions: the idempotency key is looked up, the conversation so far read, the message counted, its
/// credits reserved, its session's thread opened and the turn written as pending. All of it is kept, or nothing.
/// </summary>
public sealed class TurnAdmission(
    Database database,
    ConversationStore store,
    ChannelDirectory channels,
    Meter meter,
    AbandonedTurns abandoned,
    IOptions<ConversationOptions> options,
    TimeProvider time)
{
    // As many as one sweep takes at a time: the key's own turn is among the longest abandoned, or soon will be.
    private const int ReleasedAtOnce = 100;

    // More turns than any window holds are not worth reading.
    private const int MaxTurnsInPrompt = 200;

    // A reply takes seconds; a caller that looks again after one finds it soon enough.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>Admits a message, or finds the answer that it has had, or refuses it.</summary>
    public async Task<Result<AdmissionOutcome>> AdmitAsync(Channel channel, SessionKey key, NewMessage message, CancellationToken cancellationToken)
    {
        var (result, keyIsAbandoned) = await TryAsync(channel, key, message, cancellationToken);
        if (keyIsAbandoned)
        {
            // What a crash left behind holds the key until its lease ends: the retry need not wait for the sweep as well.
            await abandoned.ReleaseAsync(time.GetUtcNow(), ReleasedAtOnce, cancellationToken);
            (result, _) = await TryAsync(channel, key, message, cancellationToken);
        }

        if (!result.Succeeded(out var outcome, out var error))
        {
            // Deleted on another instance since it was looked up: the other surfaces of this one are to know as well.
            if (error == ChatError.InvalidApiKey)
                channels.Forget(channel);
        }
        else if (outcome.Turn is { } admittedTurn)
        {
            meter.Committed(admittedTurn.Admission);
        }

        return result;
    }

    private Task<(Result<AdmissionOutcome> Result, bool KeyIsAbandoned)> TryAsync(
        Channel channel, SessionKey key, NewMessage message, CancellationToken cancellationToken)
    {
        // Made before the transaction: by this id it is looked up whether the turn was kept, and no second one can be.
        var messageId = Guid.CreateVersion7(time.GetUtcNow());
        return database.WriteAsync<(Result<AdmissionOutcome> Result, bool)>(
            async session =>
            {
                var now = time.GetUtcNow();
                if (message.Key is not null && await store.FindByIdempotencyKeyAsync(session, channel.ChannelId, message.Key.Key, now) is { } known)
                    return (Known(known, message.Key), known.IsAbandonedAt(now));
                var admitted = await AdmitAsync(session, channel, key, message with { Id = messageId }, now);
                if (admitted.Succeeded(out var turn, out var refusal))
                    return (new AdmissionOutcome(turn, null), false);
                session.Discard();
                return (refusal, false);
            },
            // What was answered or refused without a turn stands, whatever became of its commit.
            (session, outcome) => outcome.Result.Succeeded(out var kept, out _) && kept.Turn is not null
                ? store.IsAdmittedAsync(session, messageId)
                : Task.FromResult(true),
            cancellationToken);
    }

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
        DbSession session, Channel channel, SessionKey key, NewMessage message, DateTimeOffset now)
    {
        var prompt = await PromptAsync(session, key, message.Frame, now);
        if (!(await meter.AdmitAsync(session, channel, prompt.Tokens)).Succeeded(out var admission, out var refusal))
            return refusal;
        // The minute that the channel counted the message in: later than the clock's, where the clock has gone back.
        var limit = new MinuteLimit(admission.Counts.MinuteNo, channel.Settings.RequestsPerMinutePerSession ?? int.MaxValue);
        var expiresAt = now + options.Value.Lifetime;
        if (await store.OpenThreadAsync(session, key, limit, now, expiresAt) is not { } threadId)
            return ChatError.RateLimitExceeded(QuotaWindow.EndOfMinute(limit.Minute) - now);
        var turnId = await store.AddTurnAsync(session, new NewTurn(
            message.Id,
            channel.ChannelId,
            threadId,
            admission.ModelId,
            message.Text,
            admission.Reserved,
            admission.Day,
            message.Key?.Key,
            message.Key?.RequestHash,
            now,
            now + options.Value.TurnTimeout + TurnRunner.LeaseMargin));
        return new AdmittedTurn(turnId, message.Id, threadId, expiresAt, key, admission, prompt);
    }

    // Here and not before the transaction: SQLite's writer has the session's pages at hand, and another connection would read them anew.
    private async ValueTask<Prompt> PromptAsync(DbSession session, SessionKey key, PromptFrame frame, DateTimeOffset now)
    {
        var draft = new PromptDraft(frame);
        await store.ReadBackAsync(session, key, now, MaxTurnsInPrompt, draft.TryAdd);
        return draft.ToPrompt();
    }
}
