using Chat.Server.Storage.Statements;

namespace Chat.Server.Conversations;

/// <summary>Which of a session's turns are read.</summary>
/// <param name="Key">The session.</param>
/// <param name="Now">Sessions that have expired by then are not.</param>
/// <param name="Limit">How many at the most, of the latest.</param>
/// <param name="Last">The last of the states that count.</param>
internal sealed record TurnsAsked(SessionKey Key, DateTimeOffset Now, int Limit, TurnState Last) : IArguments
{
    public void AddTo<TParameters>(ref TParameters parameters)
        where TParameters : struct, IParameters
    {
        parameters.Add("@ChannelId", Key.ChannelId);
        parameters.Add("@Hash", Key.Hash);
        parameters.Add("@now", Now);
        parameters.Add("@limit", Limit);
        parameters.Add("@last", (int)Last);
    }
}

/// <summary>A message that its session's thread is opened for.</summary>
/// <param name="Key">The session.</param>
/// <param name="Limit">What the session may have of the minute.</param>
/// <param name="Now">When it came.</param>
/// <param name="ExpiresAt">Until when the thread lives by it.</param>
internal sealed record ThreadOpening(SessionKey Key, MinuteLimit Limit, DateTimeOffset Now, DateTimeOffset ExpiresAt) : IArguments
{
    public void AddTo<TParameters>(ref TParameters parameters)
        where TParameters : struct, IParameters
    {
        parameters.Add("@ChannelId", Key.ChannelId);
        parameters.Add("@Hash", Key.Hash);
        parameters.Add("@SessionId", Key.SessionId);
        parameters.Add("@now", Now);
        parameters.Add("@expiresAt", ExpiresAt);
        parameters.Add("@minute", Limit.Minute);
        parameters.Add("@perMinute", Limit.PerMinute);
    }
}

/// <summary>A thread that lives longer by a reply.</summary>
internal sealed record ThreadProlonging(long ThreadId, DateTimeOffset ExpiresAt, DateTimeOffset ShortOfIt) : IArguments
{
    public void AddTo<TParameters>(ref TParameters parameters)
        where TParameters : struct, IParameters
    {
        parameters.Add("@threadId", ThreadId);
        parameters.Add("@expiresAt", ExpiresAt);
        parameters.Add("@shortOfIt", ShortOfIt);
    }
}

/// <summary>An idempotency key that is looked for.</summary>
internal sealed record KeyAsked(long ChannelId, string Key) : IArguments
{
    public void AddTo<TParameters>(ref TParameters parameters)
        where TParameters : struct, IParameters
    {
        parameters.Add("@channelId", ChannelId);
        parameters.Add("@key", Key);
    }
}

/// <summary>When a thread ends.</summary>
internal sealed record ThreadExpiry(DateTimeOffset ExpiresAt) : IRowOf<ThreadExpiry>
{
    public static ThreadExpiry Read<TRow>(TRow row)
        where TRow : IRow => new(row.Time(0));
}
