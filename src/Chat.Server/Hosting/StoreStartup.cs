using Chat.Server.Storage;

namespace Chat.Server.Hosting;

/// <summary>
/// Brings the schema up to date before the first request. A store that is out of reach does not stop the start: requests
/// are answered with 503, and it is tried again until it answers. A database that is newer than the program does.
/// </summary>
internal sealed partial class StoreStartup(Migrator migrator, DemoChannel demo, TimeProvider time, ILogger<StoreStartup> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryPrepareAsync(cancellationToken))
            await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        do
        {
            await Task.Delay(RetryDelay, time, stoppingToken);
        }
        while (!await TryPrepareAsync(stoppingToken));
    }

    private async Task<bool> TryPrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await migrator.MigrateAsync(cancellationToken);
            await demo.EnsureAsync(cancellationToken);
            return true;
        }
        catch (StoreUnavailableException fault)
        {
            Log.Unavailable(logger, RetryDelay, fault.InnerException?.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The store is out of reach; trying again in {Delay}. {Reason}")]
        public static partial void Unavailable(ILogger logger, TimeSpan delay, string? reason);
    }
}
