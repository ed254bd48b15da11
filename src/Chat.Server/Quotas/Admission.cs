using Chat.Server.Channels;
using Chat.Server.Providers;

namespace Chat.Server.Quotas;

/// <summary>
/// Leave to ask a provider once: the message is counted and the most that its reply can cost is reserved. Only
/// <see cref="Meter"/> makes one, and only with one does <see cref="Meter.Open"/> give a client.
/// </summary>
public sealed class Admission
{
    private int _used;

    internal Admission(Channel channel, Model model, int promptTokens, int maxOutputTokens, QuotaStore.AdmittedRow row)
    {
        Channel = channel;
        Model = model;
        PromptTokens = promptTokens;
        MaxOutputTokens = maxOutputTokens;
        Reserved = row.Reserved;
        Counts = new WindowCounts(row.MinuteNo, row.MinuteCount, row.DayNo, row.DayCount);
    }

    /// <summary>How many tokens the reply may have: the channel's limit, or what the balance covers.</summary>
    public int MaxOutputTokens { get; }

    /// <summary>The reservation in micro-credits.</summary>
    public long Reserved { get; }

    /// <summary>The UTC day that the message was counted in.</summary>
    public int Day => Counts.DayNo;

    /// <summary>The model's id in the catalogue.</summary>
    public string ModelId => Model.Id;

    internal Channel Channel { get; }

    internal Model Model { get; }

    internal int PromptTokens { get; }

    internal WindowCounts Counts { get; }

    internal bool TryUse() => Interlocked.Exchange(ref _used, 1) == 0;
}

/// <summary>What a model and a channel together allow a turn.</summary>
/// <param name="ContextTokens">Tokens of prompt and reply together.</param>
/// <param name="MaxOutputTokens">Tokens of the reply; never more than half of the context, so that there is room to ask.</param>
public sealed record TurnLimits(int ContextTokens, int MaxOutputTokens);

/// <summary>How long a reply took.</summary>
/// <param name="Duration">From the asking to the whole reply.</param>
/// <param name="FirstToken">From the asking to the first piece; null where the reply came whole, or nothing was said.</param>
public sealed record Timing(TimeSpan Duration, TimeSpan? FirstToken);

/// <summary>What a reply used and costs.</summary>
/// <param name="PromptTokens">Tokens that were sent.</param>
/// <param name="CompletionTokens">Tokens that came back.</param>
/// <param name="MicroCredits">The charge; never more than was reserved.</param>
/// <param name="Attempt">Who answered, as <c>provider/model</c>.</param>
public sealed record Charge(int PromptTokens, int CompletionTokens, long MicroCredits, string Attempt);
