namespace Chat.Server.Tests.Client;

/// <summary>A clock that moves only when told, and tells when a timer of a given length has been set.</summary>
internal sealed class HandTurnedTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 4, 5, 10, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly List<HandTurnedTimer> _timers = [];
    private readonly Dictionary<TimeSpan, TaskCompletionSource> _set = [];
    private DateTimeOffset _now = Start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTurnedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes once a timer of this length has been set.</summary>
    public Task TimerSet(TimeSpan length)
    {
        lock (_gate)
            return Signal(length).Task;
    }

    public void Advance(TimeSpan by)
    {
        List<HandTurnedTimer> due;
        lock (_gate)
        {
            _now += by;
            due = _timers.Where(timer => timer.Due <= _now).ToList();
            _timers.RemoveAll(due.Contains);
        }
        due.ForEach(timer => timer.Fire());
    }

    private TaskCompletionSource Signal(TimeSpan length) => _set.TryGetValue(length, out var signal)
        ? signal
        : _set[length] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class HandTurnedTimer(HandTurnedTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._now + dueTime;
                time._timers.Add(this);
                time.Signal(dueTime).TrySetResult();
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
