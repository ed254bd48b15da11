namespace Chat.Server.Quotas;

/// <summary>The windows that limits count in: the UTC minute and the UTC day, numbered since 1970.</summary>
public static class QuotaWindow
{
    private const long SecondsPerMinute = 60;
    private const long SecondsPerDay = 86_400;

    /// <summary>The number of the UTC minute that the time is in.</summary>
    public static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / SecondsPerMinute;

    /// <summary>The number of the UTC day that the time is in.</summary>
    public static int DayOf(DateTimeOffset time) => (int)(time.ToUnixTimeSeconds() / SecondsPerDay);

    /// <summary>When a minute ends.</summary>
    public static DateTimeOffset EndOfMinute(long minute) => DateTimeOffset.FromUnixTimeSeconds((minute + 1) * SecondsPerMinute);

    /// <summary>When a day ends.</summary>
    public static DateTimeOffset EndOfDay(int day) => DateTimeOffset.FromUnixTimeSeconds((day + 1) * SecondsPerDay);
}
