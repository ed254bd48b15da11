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
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _caller;
    private string _running = TotalName;

    public Deadline(TimeSpan total, TimeProvider time, CancellationToken cancellationToken)
    {
        _time = time;
        _total = total;
        _started = time.GetTimestamp();
        // One source for both, and not one that is linked to two: a stream keeps it for as long as it is open.
        _end = new CancellationTokenSource(total, time);
        _caller = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _end);
    }

    /// <summary>Cancelled by the caller, or when time is up.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>The name of the deadline that has passed, or null; to be asked where the caller has not cancelled.</summary>
    public string? Passed => _end.IsCancellationRequested ? _running : null;

    /// <summary>Starts a step; the time in all still holds.</summary>
    public void Begin(string name, TimeSpan step)
    {
        var left = Left;
        _running = step < left ? name : TotalName;
        _end.CancelAfter(step < left ? step : left);
    }

    /// <summary>Ends the step: only the time in all runs on.</summary>
    public void End()
    {
        _running = TotalName;
        _end.CancelAfter(Left);
    }

    public void Dispose()
    {
        _caller.Dispose();
        _end.Dispose();
    }

    private TimeSpan Left => _total - _time.GetElapsedTime(_started) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
}
