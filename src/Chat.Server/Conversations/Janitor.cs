using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Conversations;

/// <summary>
/// Deletes expired threads and what else has had its time, and releases abandoned turns, in batches. May run on every instance at once: each step is a
/// conditional write.
/// </summary>
public sealed partial class Janitor(
    Database database,
    AbandonedTurns abandoned,
    ThreadEraser eraser,
    IOptions<ConversationOptions> options,
    TimeProvider time,
    ILogger<Janitor> logger)
    : BackgroundService
{
    // Small enough that a visitor's write waits milliseconds behind it.
    private const int BatchSize = 100;

    /// <summary>One round: everything that is due now.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        while (await abandoned.ReleaseAsync(now, BatchSize, cancellationToken) == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
        while (await eraser.PurgeAsync(now, BatchSize, cancellationToken) == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
        while (await eraser.PurgeLooseAsync(now, BatchSize, cancellationToken) == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
        while (await database.PurgeMarksAsync(now, BatchSize, cancellationToken) == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
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

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A sweep failed; the next one tries again.")]
        public static partial void SweepFailed(ILogger logger, Exception fault);
    }
}
