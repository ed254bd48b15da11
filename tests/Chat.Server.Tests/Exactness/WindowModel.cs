namespace Chat.Server.Tests.Exactness;

/// <summary>What the limits say to one message: a refusal's code with the seconds to wait, or neither.</summary>
internal sealed record WindowVerdict(string? Refusal, int RetryAfter)
{
    public static WindowVerdict Admitted { get; } = new(null, 0);
}

/// <summary>
/// What "so many a UTC minute and so many a UTC day" means, by the list of everything that was ever admitted: a message counts
/// in the minute and the day of the clock, or in the latest ones that anything was admitted in, where the clock has gone back.
/// </summary>
internal class WindowModel
{
    private readonly List<(DateTime Minute, DateTime Day, bool Failed)> _admitted = [];

    public WindowVerdict Ask(DateTime now, int perMinute, int perDay)
    {
        var minute = Later(now.Date.AddMinutes((int)now.TimeOfDay.TotalMinutes), _admitted.Select(message => message.Minute));
        var day = Later(now.Date, _admitted.Select(message => message.Day));
        if (_admitted.Count(message => message.Minute == minute) >= perMinute)
            return new WindowVerdict("rate_limit_exceeded", Seconds(minute.AddMinutes(1) - now));
        if (_admitted.Count(message => message.Day == day && !message.Failed) >= perDay)
            return new WindowVerdict("daily_limit_exceeded", Seconds(day.AddDays(1) - now));
        _admitted.Add((minute, day, false));
        return WindowVerdict.Admitted;
    }

    /// <summary>The reply to an admitted message failed: its place in the day is free again, that in the minute is not.</summary>
    public void Fail(int number) => _admitted[number] = _admitted[number] with { Failed = true };

    protected virtual DateTime Later(DateTime window, IEnumerable<DateTime> former) => former.Append(window).Max();

    private static int Seconds(TimeSpan wait) => (int)Math.Ceiling(wait.TotalSeconds);
}

/// <summary>The control arm: windows by the clock alone, which fill again when the clock goes back.</summary>
internal sealed class RefillingWindowModel : WindowModel
{
    protected override DateTime Later(DateTime window, IEnumerable<DateTime> former) => window;
}
