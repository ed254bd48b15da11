namespace Chat.Server.Providers.Resilience;

/// <summary>
/// The time that one call to a provider has: in all, and for the step that it is at. The clock of a step runs only while the
/// upstream is waited for, never while a slow reader of ours is.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private const string TotalName = "total";

    private readonly TimeProvider _time;
    private readonly TimeSpan _total;
    private readonly long _started;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;
    private string _running = TotalName;

    public Deadline(TimeSpan total, TimeProvider time, CancellationToken cancellationToken)
    {
        _time = time;
        _total = total;
        _started = time.GetTimestamp();
        _timer = new CancellationTokenSource(total, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timer.Token);
    }

    /// <summary>Cancelled by the caller, or when time is up.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>The name of the deadline that has passed, or null.</summary>
    public string? Passed => _timer.IsCancellationRequested ? _running : null;

    /// <summary>Starts a step; the time in all still holds.</summary>
    public void Begin(string name, TimeSpan step)
    {
        var left = Left;
        _running = step < left ? name : TotalName;
        _timer.CancelAfter(step < left ? step : left);
    }

    /// <summary>Ends the step: only the time in all runs on.</summary>
    public void End()
    {
        _running = TotalName;
        _timer.CancelAfter(Left);
    }

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }

    private TimeSpan Left => _total - _time.GetElapsedTime(_started) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
}
