using System.Collections.Concurrent;

namespace Chat.Server.Conversations;

/// <summary>
/// The turns that this instance is making, by their ids. While there are any, it looks once a second, in one query, whether
/// somebody on another instance asked to stop one of them.
/// </summary>
public sealed partial class RunningTurns(TurnStore store, TimeProvider time, ILogger<RunningTurns> logger) : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Guid, RunningTurn> _turns = [];
    private readonly CancellationTokenSource _disposed = new();
    private bool _looking;

    /// <summary>A turn that this instance is making; null for any other.</summary>
    public RunningTurn? Find(Guid messageId) => _turns.GetValueOrDefault(messageId);

    /// <summary>Ends when all turns that are being made now have ended.</summary>
    public Task AllEnded() => Task.WhenAll(_turns.Values.Select(turn => turn.Ending));

    /// <inheritdoc />
    public void Dispose() => _disposed.Cancel();

    internal void Add(RunningTurn turn)
    {
        lock (_gate)
        {
            _turns[turn.MessageId] = turn;
            if (_looking)
                return;
            _looking = true;
        }

        _ = LookForStopsAsync(_disposed.Token);
    }

    internal void Remove(RunningTurn turn) => _turns.TryRemove(turn.MessageId, out _);

    private async Task LookForStopsAsync(CancellationToken cancellationToken)
    {
        do
        {
            await Task.Delay(LookInterval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await StopRequestedAsync(cancellationToken);
        }
        while (!cancellationToken.IsCancellationRequested && KeepsLooking());
    }

    private bool KeepsLooking()
    {
        lock (_gate)
            return _looking = !_turns.IsEmpty;
    }

    private async Task StopRequestedAsync(CancellationToken cancellationToken)
    {
        if (_turns.IsEmpty)
            return;
        try
        {
            foreach (var messageId in await store.StopRequestsAsync(cancellationToken))
                Find(messageId)?.Stop();
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            Log.LookFailed(logger, fault);
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look for requests to stop a reply; the next look is in a second.")]
        public static partial void LookFailed(ILogger logger, Exception fault);
    }
}
