namespace Chat.Server.Tests.Exactness;

/// <summary>What happens next: the clock moves, and then a message comes, a reply fails, or the limits change.</summary>
internal sealed record WindowStep(TimeSpan ClockMoves, WindowEvent Event, int Number = 0);

internal enum WindowEvent
{
    Message,
    ReplyFails,
    LimitsChange,
}

/// <summary>A random schedule, the same for the same seed: traffic around the ends of minutes and days, and clocks that jump.</summary>
internal sealed class WindowSchedule
{
    private const int Steps = 14;

    // Days with something about them: a leap day's both ends, the end of a year, a day like any other.
    private static readonly DateTime[] Starts =
    [
        Utc(2028, 2, 28, 23, 59, 40), Utc(2028, 2, 29, 23, 59, 50), Utc(2026, 12, 31, 23, 59, 30), Utc(2026, 4, 5, 12, 0, 30), Utc(2027, 2, 28, 23, 0, 0),
    ];

    private static readonly TimeSpan[] Jumps =
    [
        TimeSpan.FromHours(1), -TimeSpan.FromHours(1), TimeSpan.FromDays(1), -TimeSpan.FromDays(1), TimeSpan.FromDays(366), -TimeSpan.FromMinutes(1),
    ];

    public WindowSchedule(int seed)
    {
        var random = new Random(seed);
        Start = Starts[random.Next(Starts.Length)].AddMilliseconds(random.Next(20_000));
        PerMinute = random.Next(1, 4);
        PerDay = random.Next(1, 8);
        WaitsWhenRefused = random.Next(2) == 0;
        List = [.. Enumerable.Range(0, Steps).Select(_ => Next(random))];
    }

    public DateTime Start { get; }

    public int PerMinute { get; }

    public int PerDay { get; }

    /// <summary>Whether this client, once refused, sends nothing before it has waited as long as it was told.</summary>
    public bool WaitsWhenRefused { get; }

    public IReadOnlyList<WindowStep> List { get; }

    private static WindowStep Next(Random random)
    {
        var move = random.Next(10) switch
        {
            0 => Jumps[random.Next(Jumps.Length)],
            1 => TimeSpan.FromMilliseconds(random.Next(90_000)),
            2 or 3 => TimeSpan.FromMilliseconds(random.Next(20_000)),
            _ => TimeSpan.FromMilliseconds(random.Next(800)),
        };
        return random.Next(12) switch
        {
            0 => new WindowStep(move, WindowEvent.LimitsChange, random.Next(1, 6)),
            1 or 2 => new WindowStep(move, WindowEvent.ReplyFails, random.Next(Steps)),
            _ => new WindowStep(move, WindowEvent.Message),
        };
    }

    private static DateTime Utc(int year, int month, int day, int hour, int minute, int second) => new(year, month, day, hour, minute, second, DateTimeKind.Utc);
}
