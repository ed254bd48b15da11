using Chat.Server.Channels;
using Chat.Server.Storage;

namespace Chat.Server.Hosting;

/// <summary>
/// Makes the store fit for use before the first request. One that is out of reach, or waits for somebody to migrate it, does
/// not stop the start: requests are answered with 503, and it is tried again until it is well. What no waiting mends ends a
/// start that finds it at once, with a sentence; found later, it is treated as an outage too.
/// </summary>
internal sealed partial class StoreStartup(Database database, StorePreparation preparation, DemoChannel demo, TimeProvider time, ILogger<StoreStartup> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private string? _told;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryPrepareAsync(fault => fault is PendingMigrationsException, cancellationToken))
            await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        do
        {
            await Task.Delay(RetryDelay, time, stoppingToken);
        }
        while (!await TryPrepareAsync(StorePreparation.IsUnfit, stoppingToken));
    }

    private async Task<bool> TryPrepareAsync(Predicate<Exception> canWait, CancellationToken cancellationToken)
    {
        try
        {
            await preparation.RunAsync(cancellationToken);
            database.Resume();
            await demo.EnsureAsync(cancellationToken);
            if (_told is not null)
                Log.Ready(logger);
            return true;
        }
        catch (StoreUnavailableException fault)
        {
            // Nothing but the preparation may reach a schema of which nobody knows yet what it is.
            database.Suspend("the store has not been prepared yet");
            _told = "";
            Log.Unavailable(logger, RetryDelay, fault.InnerException?.Message);
            return false;
        }
        catch (Exception fault) when (canWait(fault))
        {
            database.Suspend(fault is KeyRingLockedException ? "the key ring cannot be opened" : "the store is not fit for use");
            if (_told != fault.Message)
                Log.Unfit(logger, fault.Message);
            _told = fault.Message;
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The store is out of reach; trying again in {Delay}. {Reason}")]
        public static partial void Unavailable(ILogger logger, TimeSpan delay, string? reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Requests are answered with 503 until this is mended, and then without a restart: {Reason}")]
        public static partial void Unfit(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "The store is ready.")]
        public static partial void Ready(ILogger logger);
    }
}
