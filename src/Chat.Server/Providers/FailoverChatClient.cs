using System.Runtime.CompilerServices;
using Chat.Server.Errors;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers;

/// <summary>
/// Asks one attempt after the other until one answers. A reply that has begun to reach the caller is never begun again by
/// another provider. When none answers: <see cref="ChatErrorException"/> with the documented failure, after a log line each.
/// </summary>
internal sealed partial class FailoverChatClient(IReadOnlyList<(ModelAttempt Attempt, IChatClient Client)> attempts, ILogger logger) : IChatClient
{
    /// <summary>Under this name a response's additional properties say which attempt answered.</summary>
    public const string AttemptProperty = "chat.attempt";

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        foreach (var (attempt, client) in attempts)
        {
            try
            {
                var response = await client.GetResponseAsync(messages, options, cancellationToken);
                (response.AdditionalProperties ??= [])[AttemptProperty] = attempt.ToString();
                return response;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                Log.AttemptFailed(logger, attempt, Describe(fault));
            }
        }

        throw NobodyAnswered();
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var (attempt, client) in attempts)
        {
            await using var updates = client.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var begun = false;
            while (await MoveNextAsync(updates, attempt, begun, cancellationToken))
            {
                var update = updates.Current;
                begun = true;
                (update.AdditionalProperties ??= [])[AttemptProperty] = attempt.ToString();
                yield return update;
            }

            if (begun)
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
    private async Task<bool> MoveNextAsync(
        IAsyncEnumerator<ChatResponseUpdate> updates, ModelAttempt attempt, bool begun, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            Log.AttemptFailed(logger, attempt, Describe(fault));
            return begun ? throw new ChatErrorException(ChatError.AiServiceError) : false;
        }
    }

    // Only our own sentences and the kind of fault: an upstream's text may hold anything, a key included.
    private static string Describe(Exception fault) => fault switch
    {
        ProviderException => fault.Message,
        OperationCanceledException => "It took longer than its time-out.",
        HttpRequestException http => $"{http.HttpRequestError}.",
        _ => fault.GetType().Name,
    };

    private ChatErrorException NobodyAnswered()
    {
        Log.NobodyAnswered(logger, attempts.Count);
        return new ChatErrorException(ChatError.AiServiceError);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Provider attempt {Attempt} failed: {Reason}")]
        public static partial void AttemptFailed(ILogger logger, ModelAttempt attempt, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "No provider could answer; {Attempts} attempts were configured for the model.")]
        public static partial void NobodyAnswered(ILogger logger, int attempts);
    }
}
