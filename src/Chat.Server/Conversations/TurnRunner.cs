using System.Collections.Concurrent;
using Chat.Server.Errors;
using Chat.Server.Quotas;
using Chat.Server.Rendering;
using Chat.Server.Storage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Chat.Server.Conversations;

/// <summary>A turn that was admitted and waits for its reply.</summary>
public sealed record AdmittedTurn(long TurnId, Guid MessageId, long ThreadId, long ChannelId, Admission Admission);

/// <summary>A reply that is stored and charged.</summary>
public sealed record TurnReply(string Markdown, string Html, int PromptTokens, int CompletionTokens, long MicroCredits);

/// <summary>
/// Runs admitted turns to their end, apart from the requests that began them: a caller who hangs up neither stops nor loses
/// a reply. A shutdown waits for running turns, up to the host's limit; what it leaves, the lease gives back.
/// </summary>
public sealed partial class TurnRunner(
    TurnSettlement settlement,
    Meter meter,
    UsageObserver observer,
    IOptions<ConversationOptions> options,
    TimeProvider time,
    ILogger<TurnRunner> logger)
    : IHostedService
{
    /// <summary>How much longer a turn's lease is than the time that its reply may take: room to settle.</summary>
    internal static readonly TimeSpan LeaseMargin = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<long, Task> _running = [];

    /// <summary>Asks, stores and charges; the task ends with the reply or the documented failure, and never with an exception.</summary>
    public Task<Result<TurnReply>> Run(AdmittedTurn turn, Prompt prompt)
    {
        // Of the request only its log scope and trace go along: a line about a provider names the request that asked.
        var task = Task.Run(() => RunAsync(turn, prompt));
        _running[turn.TurnId] = task;
        _ = task.ContinueWith(_ => _running.TryRemove(turn.TurnId, out var _), TaskScheduler.Default);
        return task;
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAny(Task.WhenAll(_running.Values), Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken));

    private async Task<Result<TurnReply>> RunAsync(AdmittedTurn turn, Prompt prompt)
    {
        try
        {
            var started = time.GetTimestamp();
            var asked = await AskAsync(turn, prompt);
            if (!asked.Succeeded(out var response, out var error))
                return await FailAsync(turn, error);
            var charge = meter.ChargeFor(turn.Admission, response);
            var html = SafeMarkdown.ToHtml(response.Text);
            var duration = time.GetElapsedTime(started);
            if (!await settlement.SettleAsync(turn, response.Text, charge, duration))
                return ChatError.AiServiceError;
            observer.Answered(turn.Admission, charge, duration, firstToken: null);
            return new TurnReply(response.Text, html, charge.PromptTokens, charge.CompletionTokens, charge.MicroCredits);
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

    private async Task<Result<ChatResponse>> AskAsync(AdmittedTurn turn, Prompt prompt)
    {
        using var deadline = new CancellationTokenSource(options.Value.TurnTimeout, time);
        using var client = meter.Open(turn.Admission);
        try
        {
            return await client.GetResponseAsync(prompt.Messages, cancellationToken: deadline.Token);
        }
        catch (ChatErrorException fault)
        {
            return fault.Error;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            Log.TookTooLong(logger, turn.MessageId, options.Value.TurnTimeout);
            return ChatError.AiServiceError;
        }
    }

    private async Task<ChatError> FailAsync(AdmittedTurn turn, ChatError error)
    {
        if (await settlement.FailAsync(turn, error))
            observer.Failed(turn.ChannelId, turn.Admission.ModelId, error.Code);
        return error;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Turn {MessageId} could not be settled: the store is out of reach. Its lease will release it.")]
        public static partial void NotSettled(ILogger logger, Guid messageId, Exception fault);

        [LoggerMessage(Level = LogLevel.Error, Message = "Turn {MessageId} failed by a fault of the service. Its lease will release it.")]
        public static partial void Failed(ILogger logger, Guid messageId, Exception fault);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Turn {MessageId} had no reply within {Timeout}.")]
        public static partial void TookTooLong(ILogger logger, Guid messageId, TimeSpan timeout);
    }
}
