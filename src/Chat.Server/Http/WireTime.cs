namespace Chat.Server.Http;

/// <summary>Times as they are answered: in UTC and to the millisecond, as the store keeps them, so that an answer to a change says what a later look will.</summary>
public static class WireTime
{
    /// <summary>The time in UTC, cut to the millisecond.</summary>
    public static DateTime ToWire(this DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()).UtcDateTime;
}
