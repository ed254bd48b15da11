using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.Telemetry;

/// <summary>Traces and measures the calls of one attempt.</summary>
internal sealed class TelemetryChatClient(IChatClient inner, ModelAttempt attempt, Uri server, GenAITelemetry telemetry) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
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

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
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
