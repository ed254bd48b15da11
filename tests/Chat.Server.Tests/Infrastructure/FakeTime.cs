namespace Chat.Server.Tests.Infrastructure;

/// <summary>A clock that stands still until a test moves it; timers fire while it moves, in order.</summary>
public sealed class FakeTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = start;
    private long _timestamp;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return _timestamp;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on, stopping at every timer that falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        var target = GetTimestamp() + by.Ticks;
        while (NextDue(target) is { } timer)
            timer.Fire();
        MoveTo(target);
    }

    /// <summary>How many timers are set that fall due within this time.</summary>
    public int Timers(TimeSpan within)
    {
        lock (_gate)
            return _timers.Count(timer => timer.Due <= _timestamp + within.Ticks);
    }

    /// <summary>How many timers are set that fall due after exactly this time.</summary>
    public int TimersDueIn(TimeSpan time)
    {
        lock (_gate)
            return _timers.Count(timer => timer.Due == _timestamp + time.Ticks);
    }

    /// <summary>Sets the wall clock as an operator or a time server might, forward or back; timers and elapsed time do not notice.</summary>
    public void SetWallClock(DateTimeOffset now)
    {
        lock (_gate)
            _now = now;
    }

    private FakeTimer? NextDue(long target)
    {
        FakeTimer? next;
        lock (_gate)
            next = _timers.Where(timer => timer.Due <= target).MinBy(timer => timer.Due);
        if (next is not null)
            MoveTo(Math.Max(GetTimestamp(), next.Due));
        return next;
    }

    private void MoveTo(long timestamp)
    {
        lock (_gate)
        {
            _now += TimeSpan.FromTicks(timestamp - _timestamp);
            _timestamp = timestamp;
        }
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._timestamp + dueTime.Ticks;
                time._timers.Add(this);
            }

            return true;
        }

        public void Fire()
        {
            Change(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan, _period);
            callback(state);
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
