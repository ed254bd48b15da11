using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.Resilience;

/// <summary>
/// Gives a provider its deadlines: for the answer in all, for the first piece of a stream and for the silence between pieces.
/// Whatever goes wrong below, other than the caller's own cancellation, leaves as a <see cref="ProviderException"/>.
/// </summary>
internal sealed class DeadlineChatClient(IChatClient inner, ProviderOptions provider, TimeProvider time) : DelegatingChatClient(inner)
{
    private readonly TimeSpan _total = TimeSpan.FromSeconds(provider.TimeoutSeconds);
    private readonly TimeSpan _firstToken = TimeSpan.FromSeconds(provider.FirstTokenTimeoutSeconds);
    private readonly TimeSpan _idle = TimeSpan.FromSeconds(provider.IdleTimeoutSeconds);

    /// <summary>An answer in one piece has only the time in all: upstreams send its headers when it is finished.</summary>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var deadline = new Deadline(_total, time, cancellationToken);
        try
        {
            return await base.GetResponseAsync(messages, options, deadline.Token);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw Translated(fault, deadline);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var deadline = new Deadline(_total, time, cancellationToken);
        deadline.Begin("first-token", _firstToken);
        await using var updates = base.GetStreamingResponseAsync(messages, options, deadline.Token).GetAsyncEnumerator(deadline.Token);
        while (await NextAsync(updates, deadline, cancellationToken))
        {
            deadline.End();
            if (updates.Current.Contents.Count > 0 || updates.Current.FinishReason is not null)
                yield return updates.Current;
            deadline.Begin("idle", _idle);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> NextAsync(
        IAsyncEnumerator<ChatResponseUpdate> updates, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw Translated(fault, deadline);
        }
    }

    private static ProviderException Translated(Exception fault, Deadline deadline) => fault switch
    {
        ProviderException known => known,
        // The handler's own time-out is cancellation as well: the one for connecting.
        OperationCanceledException => ProviderException.TimedOut(deadline.Passed ?? "connect", fault),
        HttpRequestException http => ProviderException.Connection(http.HttpRequestError, fault),
        HttpIOException io => ProviderException.Connection(io.HttpRequestError, fault),
        // A socket's own: what HttpClient does not translate, where an upstream ends a connection between its making and the client's look at it.
        IOException or SocketException => ProviderException.Connection(HttpRequestError.Unknown, fault),
        _ => ProviderException.Unexpected(fault),
    };
}
