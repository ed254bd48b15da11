using Chat.Server.Quotas.Alerts;
using Microsoft.Extensions.Options;

namespace Chat.Server.Quotas;

/// <summary>How usage is gathered: section <c>Usage</c>.</summary>
public sealed class UsageOptions
{
    /// <summary>How often counts of refused and failed requests are taken to the store. Default 5 seconds.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>
/// Takes what <see cref="UsageObserver"/> has seen to the store, every few seconds and when the service stops, and has the
/// thresholds of the channels looked at that anything happened to. It stops after
/// the turns do, so that theirs are in it.
/// </summary>
public sealed partial class UsageFlusher(
    UsageObserver observer, UsageStore store, AlertWatch alerts, IOptions<UsageOptions> options, TimeProvider time, ILogger<UsageFlusher> logger)
    : BackgroundService
{
    // What was taken and is not known to be kept: it goes first, under its own id, before anything that was seen since.
    private Observations? _unsent;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_unsent is null || await TryFlushAsync(cancellationToken))
            await TryFlushAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.FlushInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryFlushAsync(stoppingToken);
    }

    private async Task<bool> TryFlushAsync(CancellationToken cancellationToken)
    {
        _unsent ??= observer.Take();
        try
        {
            await store.AddAsync(_unsent.Id, _unsent.Counts, cancellationToken);
            _unsent = _unsent with { Counts = new Dictionary<UnansweredKey, long>() };
            await alerts.CheckAsync(_unsent.Active, cancellationToken);
            _unsent = null;
            return true;
        }
        catch (Exception fault)
        {
            if (fault is not OperationCanceledException)
                Log.NotKept(logger, fault);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Counts of refused and failed requests could not be kept; they are tried again.")]
        public static partial void NotKept(ILogger logger, Exception fault);
    }
}
