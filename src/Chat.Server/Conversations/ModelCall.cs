using Chat.Server.Errors;
using Chat.Server.Quotas;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Chat.Server.Conversations;

/// <summary>What a model gave for one turn. The text is with the <see cref="RunningTurn"/> that it was said to.</summary>
/// <param name="Response">The reply as the meter reads it.</param>
/// <param name="FirstToken">From the asking to the first piece; null where the reply came whole.</param>
public sealed record ModelAnswer(ChatResponse Response, TimeSpan? FirstToken);

/// <summary>
/// Asks the model for one turn's reply, whole or piece by piece, until it is complete, somebody stops it, or its time is over.
/// A reply that is stopped is what was said by then, the empty one too; its request to the upstream is cancelled.
/// </summary>
public sealed partial class ModelCall(Meter meter, IOptions<ConversationOptions> options, TimeProvider time, ILogger<ModelCall> logger)
{
    /// <summary>Asks once, and says to <paramref name="running"/> what comes back.</summary>
    internal async Task<Result<ModelAnswer>> AskAsync(AdmittedTurn turn, RunningTurn running, bool streamed)
    {
        // One source for both, and not one that is linked to two: a stream keeps it for as long as it is open.
        using var end = new CancellationTokenSource(options.Value.TurnTimeout, time);
        using var stop = running.Stopped.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), end);
        using var client = meter.Open(turn.Admission);
        var reading = new Reading();
        try
        {
            if (streamed)
                await ReadStreamAsync(client.GetStreamingResponseAsync(turn.Prompt.Messages, cancellationToken: end.Token), running, reading);
            else
                reading.Take(await client.GetResponseAsync(turn.Prompt.Messages, cancellationToken: end.Token), running);
        }
        catch (Exception) when (running.Stopped.IsCancellationRequested)
        {
            // Whatever the cancelled request ended with: what was said before it is the reply.
        }
        catch (ChatErrorException fault)
        {
            return fault.Error;
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // As above: a provider's own deadline may have ended at the same time, and say so in its own words.
            Log.TookTooLong(logger, turn.MessageId, options.Value.TurnTimeout);
            return ChatError.AiServiceError;
        }

        running.FallSilent();
        return new ModelAnswer(reading.ToResponse(running.Text), reading.FirstToken);
    }

    private async Task ReadStreamAsync(IAsyncEnumerable<ChatResponseUpdate> updates, RunningTurn running, Reading reading)
    {
        var started = time.GetTimestamp();
        await foreach (var update in updates)
        {
            reading.Take(update);
            if (update.Text is not { Length: > 0 } piece)
                continue;
            reading.FirstToken ??= time.GetElapsedTime(started);
            running.Say(piece);
        }
    }

    /// <summary>What comes with the text. Of several counts of usage the last is the whole: some upstreams repeat a growing one.</summary>
    private sealed class Reading
    {
        private UsageDetails? _usage;
        private AdditionalPropertiesDictionary? _properties;

        public TimeSpan? FirstToken { get; set; }

        public void Take(ChatResponse response, RunningTurn running)
        {
            (_usage, _properties) = (response.Usage, response.AdditionalProperties);
            running.Say(response.Text);
        }

        public void Take(ChatResponseUpdate update)
        {
            _usage = update.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? _usage;
            _properties = update.AdditionalProperties ?? _properties;
        }

        public ChatResponse ToResponse(string text) =>
            new(new ChatMessage(ChatRole.Assistant, text)) { Usage = _usage, AdditionalProperties = _properties };
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Turn {MessageId} had no reply within {Timeout}.")]
        public static partial void TookTooLong(ILogger logger, Guid messageId, TimeSpan timeout);
    }
}
