using Chat.Server.Errors;
using Chat.Server.Quotas;
using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>A turn that was admitted and waits for its reply.</summary>
/// <param name="TurnId">Its number.</param>
/// <param name="MessageId">Its message's name, as callers know it.</param>
/// <param name="ThreadId">The thread that it is in.</param>
/// <param name="ExpiresAt">Until when its message keeps the thread alive.</param>
/// <param name="Session">The session that asked.</param>
/// <param name="Admission">What it was counted and reserved as.</param>
/// <param name="Prompt">What the model is asked.</param>
public sealed record AdmittedTurn(
    long TurnId, Guid MessageId, long ThreadId, DateTimeOffset ExpiresAt, SessionKey Session, Admission Admission, Prompt Prompt);

/// <summary>A reply that is stored and charged.</summary>
public sealed record TurnReply(string Markdown, string Html, int PromptTokens, int CompletionTokens, long MicroCredits);

/// <summary>
/// Runs admitted turns to their end, apart from the requests that began them: a caller who hangs up neither stops nor loses
/// a reply, and one who reads slowly does not hold it up. A shutdown waits for running turns, up to the host's limit; what it
/// leaves, the lease gives back.
/// </summary>
public sealed partial class TurnRunner(
    TurnSettlement settlement,
    Meter meter,
    UsageObserver observer,
    ModelCall model,
    RunningTurns turns,
    RenderedTexts rendered,
    TimeProvider time,
    ILogger<TurnRunner> logger)
    : IHostedService
{
    /// <summary>How much longer a turn's lease is than the time that its reply may take: room to settle.</summary>
    internal static readonly TimeSpan LeaseMargin = TimeSpan.FromMinutes(1);

    /// <summary>Asks, stores and charges; the turn ends with the reply or the documented failure.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="streamed">Whether the upstream is asked for pieces; else for the whole, which is less work for both.</param>
    public RunningTurn Run(AdmittedTurn turn, bool streamed)
    {
        var running = new RunningTurn(turn.MessageId, turn.Session.SessionId);
        turns.Add(running);
        // A stream's reader has its first bytes before anybody is asked; who wants the whole has nothing to do until it is there.
        // Of the request only its log scope and trace go along: a line about a provider names the request that asked.
        _ = streamed ? Task.Run(() => RunToEndAsync(turn, running, streamed)) : RunToEndAsync(turn, running, streamed);
        return running;
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAny(turns.AllEnded(), Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken));

    private async Task RunToEndAsync(AdmittedTurn turn, RunningTurn running, bool streamed)
    {
        running.End(await RunAsync(turn, running, streamed));
        turns.Remove(running);
    }

    private async Task<Result<TurnReply>> RunAsync(AdmittedTurn turn, RunningTurn running, bool streamed)
    {
        try
        {
            var started = time.GetTimestamp();
            if (!(await model.AskAsync(turn, running, streamed)).Succeeded(out var answer, out var error))
                return await FailAsync(turn, error);
            var text = running.Text;
            var charge = meter.ChargeFor(turn.Admission, answer.Response);
            var html = rendered.ToHtml(text);
            var timing = new Timing(time.GetElapsedTime(started), answer.FirstToken);
            if (!await settlement.SettleAsync(turn, text, charge, timing))
                return ChatError.AiServiceError;
            observer.Answered(turn.Admission, charge, timing.Duration, timing.FirstToken);
            return new TurnReply(text, html, charge.PromptTokens, charge.CompletionTokens, charge.MicroCredits);
        }
        catch (StoreUnavailableException fault)
        {
            // The turn stays pending: its lease gives back what it holds.
            Log.NotSettled(logger, turn.MessageId, fault);
            return ChatError.ServiceUnavailable;
        }
        catch (Exception fault)
        {
            Log.Failed(logger, turn.MessageId, fault);
            return ChatError.InternalError;
        }
    }

    private async Task<ChatError> FailAsync(AdmittedTurn turn, ChatError error)
    {
        if (await settlement.FailAsync(turn, error))
            observer.Failed(turn.Session.ChannelId, turn.Admission.ModelId, error.Code);
        return error;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Turn {MessageId} could not be settled: the store is out of reach. Its lease will release it.")]
        public static partial void NotSettled(ILogger logger, Guid messageId, Exception fault);

        [LoggerMessage(Level = LogLevel.Error, Message = "Turn {MessageId} failed by a fault of the service. Its lease will release it.")]
        public static partial void Failed(ILogger logger, Guid messageId, Exception fault);
    }
}
