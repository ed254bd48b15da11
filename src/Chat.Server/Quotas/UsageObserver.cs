using Chat.Server.Channels;

namespace Chat.Server.Quotas;

/// <summary>How a request ended that had no reply.</summary>
public enum UnansweredKind
{
    /// <summary>It was not admitted: a limit, the credits, or a mistake of the caller.</summary>
    Refused = 0,

    /// <summary>It was admitted, and no reply came of it.</summary>
    Failed = 1,
}

/// <summary>What unanswered requests are counted by.</summary>
/// <param name="ChannelId">The channel's number.</param>
/// <param name="Day">The UTC day.</param>
/// <param name="Kind">Refused or failed.</param>
/// <param name="Code">The code that the caller saw.</param>
/// <param name="Model">The catalogue's id of the model that would have answered.</param>
public sealed record UnansweredKey(long ChannelId, int Day, UnansweredKind Kind, string Code, string Model);

/// <summary>
/// Sees how every request of a channel ends, in memory and at once: no write on the request path. <see cref="UsageFlusher"/>
/// takes what was seen to the store every few seconds; a process that is killed loses the counts since, never a charge.
/// </summary>
public sealed class UsageObserver(ChatMetrics metrics, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Dictionary<UnansweredKey, long> _counts = [];
    private HashSet<long> _active = [];

    /// <summary>A request was refused.</summary>
    public void Refused(Channel channel, string code)
    {
        metrics.Refused(code);
        Count(channel.ChannelId, UnansweredKind.Refused, code, channel.Settings.Model);
    }

    /// <summary>An admitted request failed, and what it held was given back.</summary>
    public void Failed(long channelId, string model, string code)
    {
        metrics.Failed(model, code);
        Count(channelId, UnansweredKind.Failed, code, model);
    }

    /// <summary>A reply was stored and charged.</summary>
    /// <param name="admission">What it was admitted with.</param>
    /// <param name="charge">What it used.</param>
    /// <param name="duration">From the asking to the whole reply.</param>
    /// <param name="firstToken">From the asking to the first piece; null where the reply came whole.</param>
    public void Answered(Admission admission, Charge charge, TimeSpan duration, TimeSpan? firstToken)
    {
        metrics.Answered(admission.ModelId, charge, duration, firstToken);
        lock (_gate)
            _active.Add(admission.Channel.ChannelId);
    }

    /// <summary>Hands over what was seen since the last time; it is the caller's to keep.</summary>
    internal Observations Take()
    {
        lock (_gate)
        {
            var taken = new Observations(Guid.CreateVersion7(time.GetUtcNow()), _counts, _active);
            (_counts, _active) = ([], []);
            return taken;
        }
    }

    private void Count(long channelId, UnansweredKind kind, string code, string model)
    {
        var key = new UnansweredKey(channelId, QuotaWindow.DayOf(time.GetUtcNow()), kind, code, model);
        lock (_gate)
        {
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
            _active.Add(channelId);
        }
    }
}

/// <summary>What was seen between two flushes.</summary>
/// <param name="Id">By which it is kept once, however often it is handed in.</param>
/// <param name="Counts">Unanswered requests.</param>
/// <param name="Active">The numbers of the channels that anything happened to.</param>
internal sealed record Observations(Guid Id, IReadOnlyDictionary<UnansweredKey, long> Counts, IReadOnlyCollection<long> Active);
