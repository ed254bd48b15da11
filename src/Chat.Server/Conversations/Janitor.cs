using Chat.Server.Quotas;
using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Conversations;

/// <summary>
/// Deletes expired threads, in batches, and fails turns whose lease has ended, giving back what they hold: that is the whole
/// of crash recovery. May run on every instance at once: each step is a conditional write.
/// </summary>
public sealed partial class Janitor(
    Database database,
    ConversationStore store,
    ThreadEraser eraser,
    Meter meter,
    UsageObserver observer,
    IOptions<ConversationOptions> options,
    TimeProvider time,
    ILogger<Janitor> logger)
    : BackgroundService
{
    // Small enough that a visitor's write waits milliseconds behind it.
    private const int BatchSize = 100;

    // How usage and the turn itself name a reply that its process did not live to finish.
    private const string Interrupted = "interrupted";

    /// <summary>One round: everything that is due now.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        while (await ReleaseAbandonedAsync(now, cancellationToken) == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
        while (await eraser.PurgeAsync(now, BatchSize, cancellationToken) == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
        await eraser.PurgeLooseAsync(now, cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.SweepFailed(logger, fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> ReleaseAbandonedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var abandoned = await store.AbandonedTurnsAsync(now, BatchSize, cancellationToken);
        foreach (var turn in abandoned)
        {
            var failed = await database.WriteAsync(
                async session =>
                {
                    if (!await store.FailTurnAsync(session, turn.TurnId, Interrupted, now))
                        return false;
                    await meter.ReleaseAsync(session, turn.ChannelId, turn.Reserved, turn.Day);
                    return true;
                },
                cancellationToken);
            if (failed)
                observer.Failed(turn.ChannelId, turn.Model, Interrupted);
        }

        return abandoned.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A sweep failed; the next one tries again.")]
        public static partial void SweepFailed(ILogger logger, Exception fault);
    }
}
