using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.Telemetry;

/// <summary>Traces and measures the calls of one attempt.</summary>
internal sealed class TelemetryChatClient(IChatClient inner, ModelAttempt attempt, Uri server, GenAITelemetry telemetry) : DelegatingChatClient(inner)
{
    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => telemetry.IsHeard
            ? FollowAsync(messages, options, cancellationToken)
            : base.GetResponseAsync(messages, options, cancellationToken);

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => telemetry.IsHeard
            ? FollowStreamAsync(messages, options, cancellationToken)
            : base.GetStreamingResponseAsync(messages, options, cancellationToken);

    private async Task<ChatResponse> FollowAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using var call = telemetry.Begin(attempt, server, messages, options);
        try
        {
            var response = await base.GetResponseAsync(messages, options, cancellationToken);
            call.Saw(response);
            return response;
        }
        catch (Exception fault)
        {
            call.Failed(fault);
            throw;
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> FollowStreamAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = telemetry.Begin(attempt, server, messages, options);
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(updates, call))
        {
            call.Saw(updates.Current);
            yield return updates.Current;
        }

        call.Answered();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, GenAICall call)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception fault)
        {
            call.Failed(fault);
            throw;
        }
    }
}
