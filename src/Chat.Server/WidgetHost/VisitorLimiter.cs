using System.Threading.RateLimiting;
using Chat.Server.Quotas;

namespace Chat.Server.WidgetHost;

/// <summary>
/// One visitor's messages within any 60 seconds. A sliding window to the letter: it keeps when each of the last was let past, so that the wait that it names
/// is true, and a burst at a minute's turn is no way round it.
/// </summary>
internal sealed class VisitorLimiter(int permits, TimeProvider time, Action<int> count) : RateLimiter
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Queue<long> _passed = new();
    private long _lastSeen = time.GetTimestamp();
    private bool _isCounted = Count(count, 1);

    // While it knows of a message that still counts, it is not to be forgotten.
    public override TimeSpan? IdleDuration => time.GetElapsedTime(Volatile.Read(ref _lastSeen)) is var idle && idle > Window ? idle : null;

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_gate)
        {
            Volatile.Write(ref _lastSeen, time.GetTimestamp());
            DropPassed();
            if (_passed.Count >= permits)
                return WaitLease.Refused(Window - time.GetElapsedTime(_passed.Peek()));
            _passed.Enqueue(time.GetTimestamp());
            return WaitLease.Granted;
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => new(AttemptAcquireCore(permitCount));

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_isCounted)
                count(-1);
            _isCounted = false;
        }
    }

    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(true);
        return ValueTask.CompletedTask;
    }

    private static bool Count(Action<int> count, int by)
    {
        count(by);
        return true;
    }

    private void DropPassed()
    {
        while (_passed.TryPeek(out var at) && time.GetElapsedTime(at) >= Window)
            _passed.Dequeue();
    }
}
