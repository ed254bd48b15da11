using System.Runtime.CompilerServices;
using Chat.Server.Errors;
using Microsoft.Extensions.AI;
using Polly.CircuitBreaker;

namespace Chat.Server.Providers;

/// <summary>
/// Asks one attempt after the other until one answers. A reply that has begun to reach the caller is never begun again by
/// another provider. When none answers: <see cref="ChatErrorException"/> with the documented failure, after a log line each.
/// </summary>
internal sealed partial class FailoverChatClient(
    IReadOnlyList<(ModelAttempt Attempt, IChatClient Client)> attempts, ProviderMetrics metrics, ILogger logger) : IChatClient
{
    /// <summary>Under this name a response's additional properties say which attempt answered.</summary>
    public const string AttemptProperty = "chat.attempt";

    // Most answers have no properties: those that say the attempt alone are one object for all of its answers, which nobody changes.
    private readonly IReadOnlyList<(ModelAttempt Attempt, IChatClient Client, AdditionalPropertiesDictionary Name)> _attempts =
        [.. attempts.Select(attempt => (attempt.Attempt, attempt.Client, new AdditionalPropertiesDictionary { [AttemptProperty] = attempt.Attempt.ToString() }))];

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        foreach (var (attempt, client, name) in _attempts)
        {
            try
            {
                var response = await client.GetResponseAsync(messages, options, cancellationToken);
                response.AdditionalProperties = With(name, response.AdditionalProperties);
                Answered(attempt);
                return response;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                Failed(attempt, fault);
            }
        }

        throw NobodyAnswered();
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var (attempt, client, name) in _attempts)
        {
            await using var updates = client.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var begun = false;
            while (await MoveNextAsync(updates, attempt, begun, cancellationToken))
            {
                var update = updates.Current;
                begun = true;
                update.AdditionalProperties = With(name, update.AdditionalProperties);
                yield return update;
            }

            if (!begun)
                continue;
            Answered(attempt);
            yield break;
        }

        throw NobodyAnswered();
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    // The attempts' clients are shared, or belong to their factory.
    public void Dispose()
    {
    }

    // False ends the attempt: with its answer complete, or, before the first piece, with a failure that the next may mend.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> MoveNextAsync(
        IAsyncEnumerator<ChatResponseUpdate> updates, ModelAttempt attempt, bool begun, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(attempt, fault);
            return begun ? throw new ChatErrorException(ChatError.AiServiceError) : false;
        }
    }

    private static AdditionalPropertiesDictionary With(AdditionalPropertiesDictionary name, AdditionalPropertiesDictionary? properties)
    {
        if (properties is null)
            return name;
        properties[AttemptProperty] = name[AttemptProperty];
        return properties;
    }

    private void Answered(ModelAttempt attempt)
    {
        metrics.Attempted(attempt, "answered");
        Log.Answered(logger, attempt);
    }

    private void Failed(ModelAttempt attempt, Exception fault)
    {
        if (fault is BrokenCircuitException)
        {
            metrics.Attempted(attempt, "skipped");
            Log.AttemptSkipped(logger, attempt);
            return;
        }

        metrics.Attempted(attempt, "failed");
        if (fault is ProviderException { NeedsOperator: true })
            Log.AttemptRefused(logger, attempt, fault.Message);
        else
            Log.AttemptFailed(logger, attempt, Describe(fault));
    }

    // Only our own sentences and the kind of fault: an upstream's text may hold anything, a key included.
    private static string Describe(Exception fault) => fault is ProviderException ? fault.Message : fault.GetType().Name;

    private ChatErrorException NobodyAnswered()
    {
        Log.NobodyAnswered(logger, _attempts.Count);
        return new ChatErrorException(ChatError.AiServiceError);
    }

    private static partial class Log
    {
        // The request's own line says that it was answered; the ledger and the metrics, by whom.
        [LoggerMessage(Level = LogLevel.Debug, Message = "Provider attempt {Attempt} answered.")]
        public static partial void Answered(ILogger logger, ModelAttempt attempt);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Provider attempt {Attempt} failed: {Reason}")]
        public static partial void AttemptFailed(ILogger logger, ModelAttempt attempt, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Provider attempt {Attempt} was refused: {Reason} Its key, its account or the model's name there is wrong; it goes on failing until that is mended.")]
        public static partial void AttemptRefused(ILogger logger, ModelAttempt attempt, string reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "Provider attempt {Attempt} is not asked: it kept failing.")]
        public static partial void AttemptSkipped(ILogger logger, ModelAttempt attempt);

        [LoggerMessage(Level = LogLevel.Error, Message = "No provider could answer; {Attempts} attempts were configured for the model.")]
        public static partial void NobodyAnswered(ILogger logger, int attempts);
    }
}
