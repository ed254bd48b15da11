using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Polly;

namespace Chat.Server.Providers.Resilience;

/// <summary>
/// Asks one attempt through its retries and circuits. A stream is retried only until its first piece of text is there: from then on
/// it is the caller's, and a failure is the caller's too, after the circuits have been told.
/// </summary>
internal sealed class ResilientChatClient(IChatClient inner, ResiliencePipeline retries, ResiliencePipeline circuits) : DelegatingChatClient(inner)
{
    // A stream's beginning has been counted as a success, and a visitor has lost an answer: two such streams open a circuit.
    private const int LostAnswerWeight = 3;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        // By outcomes, and with one object that says what is asked: each step of the pipeline has a copy of the rest of the way and of what
        // it is for, and five of them made a tenth of what a chat allocates.
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            var outcome = await retries.ExecuteOutcomeAsync(
                static (context, call) => call.AskAsync(context.CancellationToken), context, new Call(InnerClient, messages, options));
            outcome.ThrowIfException();
            return (ChatResponse)outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (updates, begun) = (Beginning)await retries.ExecuteAsync(
            static (call, token) => BeginAsync(call.InnerClient.GetStreamingResponseAsync(call.messages, call.options, token), token),
            (InnerClient, messages, options),
            cancellationToken);
        await using (updates)
        {
            foreach (var update in begun)
                yield return update;
            while (await NextAsync(updates))
                yield return updates.Current;
        }
    }

    private static async ValueTask<object> BeginAsync(
        IAsyncEnumerable<ChatResponseUpdate> stream, CancellationToken cancellationToken)
    {
        var updates = stream.GetAsyncEnumerator(cancellationToken);
        try
        {
            List<ChatResponseUpdate> begun = [];
            while (await updates.MoveNextAsync())
            {
                begun.Add(updates.Current);
                if (updates.Current.Text.Length > 0)
                    return new Beginning(updates, begun);
            }

            throw ProviderException.Empty();
        }
        catch
        {
            await updates.DisposeAsync();
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (ProviderException fault)
        {
            await TellCircuitsAsync(fault);
            throw;
        }
    }

    private async Task TellCircuitsAsync(ProviderException fault)
    {
        for (var count = 0; count < LostAnswerWeight; count++)
        {
            var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
            await circuits.ExecuteOutcomeAsync(static (_, failed) => Outcome.FromExceptionAsValueTask<bool>(failed), context, fault);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private sealed class Call(IChatClient client, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        // As an object: the strategies are of objects, and any other result is wrapped and unwrapped around each of them.
        public async ValueTask<Outcome<object>> AskAsync(CancellationToken cancellationToken)
        {
            try
            {
                return Outcome.FromResult<object>(await client.GetResponseAsync(messages, options, cancellationToken));
            }
            catch (Exception fault)
            {
                return Outcome.FromException<object>(fault);
            }
        }
    }

    private sealed record Beginning(IAsyncEnumerator<ChatResponseUpdate> Updates, List<ChatResponseUpdate> Begun);
}
