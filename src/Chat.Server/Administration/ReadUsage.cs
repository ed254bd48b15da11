using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Quotas;

namespace Chat.Server.Administration;

/// <summary>How long replies took, in milliseconds: percentiles by nearest rank, at most 2.5 % off.</summary>
public sealed record Percentiles
{
    /// <summary>Half of the replies were as fast or faster.</summary>
    public required long P50 { get; init; }

    /// <summary>95 % of the replies were as fast or faster.</summary>
    public required long P95 { get; init; }

    /// <summary>99 % of the replies were as fast or faster.</summary>
    public required long P99 { get; init; }
}

/// <summary>What the requests of a day, of a model or of the whole report came to.</summary>
public record UsageTotals
{
    /// <summary>Replies that were stored and charged.</summary>
    public required long Answered { get; init; }

    /// <summary>Requests that were admitted and had no reply; nothing was charged for them.</summary>
    public required long Failed { get; init; }

    /// <summary>Requests that were not admitted.</summary>
    public required long Refused { get; init; }

    /// <summary>Failed requests by the code that the caller saw, or `interrupted`: the process that made the reply ended.</summary>
    public required IReadOnlyDictionary<string, long> FailedBy { get; init; }

    /// <summary>Refused requests by the code that the caller saw.</summary>
    public required IReadOnlyDictionary<string, long> RefusedBy { get; init; }

    /// <summary>Tokens that were sent to the model.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens that the model wrote.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>Credits that were charged.</summary>
    public required decimal Credits { get; init; }

    /// <summary>From the asking of the model to the whole reply; null without replies.</summary>
    public required Percentiles? LatencyMs { get; init; }

    /// <summary>From the asking of the model to the first piece of a streamed reply; null without such.</summary>
    public required Percentiles? FirstTokenMs { get; init; }

    /// <summary>Replies that their visitors rated 1; they count on the day of the reply.</summary>
    public required long ThumbsUp { get; init; }

    /// <summary>Replies that their visitors rated -1; they count on the day of the reply.</summary>
    public required long ThumbsDown { get; init; }
}

/// <summary>One line of a usage report.</summary>
public sealed record UsageLine : UsageTotals
{
    [SetsRequiredMembers]
    internal UsageLine(UsageTotals totals)
        : base(totals)
    {
    }

    /// <summary>By day: the UTC day.</summary>
    [JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? Day { get; init; }

    /// <summary>By model: the catalogue's id.</summary>
    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }
}

/// <summary>A usage report.</summary>
public sealed record UsageResponse
{
    /// <summary>The first UTC day.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The last UTC day.</summary>
    public required DateOnly To { get; init; }

    /// <summary>What the report has a line for.</summary>
    public required UsageGrouping By { get; init; }

    /// <summary>The lines, in the order of the days or of the models' ids.</summary>
    public required IReadOnlyList<UsageLine> Data { get; init; }

    /// <summary>All of them together.</summary>
    public required UsageTotals Total { get; init; }
}

/// <summary>Reads a channel's usage.</summary>
public sealed class ReadUsage(ChannelStore channels, UsageStore usage)
{
    /// <summary>The report of these days.</summary>
    internal async Task<Result<UsageResponse>> HandleAsync(Guid id, UsageRange range, UsageGrouping by, CancellationToken cancellationToken)
    {
        if (await channels.FindAsync(id, cancellationToken) is not { ChannelId: var channelId })
            return ChatError.NotFound;
        var figures = await usage.ReadAsync(channelId, range.FirstDay, range.LastDay, by, cancellationToken);
        return new UsageResponse { From = range.From, To = range.To, By = by, Data = UsageLines.Of(figures, by), Total = UsageLines.Sum(figures) };
    }
}
