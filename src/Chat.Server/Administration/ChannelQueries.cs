using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Microsoft.AspNetCore.Mvc;

namespace Chat.Server.Administration;

/// <summary>The query of a paged list.</summary>
public sealed record PageQuery
{
    internal const int MaxLimit = 200;
    internal const int DefaultLimit = 50;

    /// <summary>How many entries the page has at most: 1 to 200, default 50.</summary>
    [FromQuery(Name = "limit")]
    [DefaultValue(DefaultLimit), Range(1, MaxLimit)]
    public int? Limit { get; init; }

    /// <summary>How many entries come before the page: default 0.</summary>
    [FromQuery(Name = "offset")]
    [DefaultValue(0), Range(0, int.MaxValue)]
    public int? Offset { get; init; }

    internal (int Limit, int Offset) Values => (Limit ?? DefaultLimit, Offset ?? 0);

    /// <summary>
    /// Refuses a query that breaks a rule. A filter over the query as it was sent: the framework's own answer to a value that
    /// is no number is a bare 400, which the contract does not have.
    /// </summary>
    internal static ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var query = context.HttpContext.Request.Query;
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        Check("limit", 1, MaxLimit, $"Must be a whole number between 1 and {MaxLimit}.");
        Check("offset", 0, int.MaxValue, "Must be a whole number, 0 or more.");
        return faults.Count == 0 ? next(context) : ValueTask.FromResult<object?>(new ErrorResult(ChatError.InvalidRequest(faults)));

        void Check(string name, int least, int most, string message)
        {
            if (query.TryGetValue(name, out var sent) && !(int.TryParse(sent.ToString(), out var value) && value >= least && value <= most))
                faults[name] = [message];
        }
    }
}

/// <summary>A channel and what it has used.</summary>
internal sealed record ChannelAccount(Channel Channel, Account Account)
{
    public ChannelResponse ToResponse() => ChannelResponse.From(Channel, Account);
}

/// <summary>Reads channels, with their accounts.</summary>
public sealed class ChannelQueries(ChannelStore channels, QuotaStore quotas, KeySealer sealer)
{
    /// <summary>One channel.</summary>
    public async Task<Result<ChannelResponse>> GetAsync(Guid id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) is { } found ? found.ToResponse() : ChatError.NotFound;

    /// <summary>One page of channels.</summary>
    public async Task<ChannelListResponse> ListAsync(int limit, int offset, CancellationToken cancellationToken)
    {
        var (page, total) = await PageAsync(limit, offset, cancellationToken);
        return new ChannelListResponse
        {
            Data = [.. page.Select(channel => channel.ToResponse())],
            Pagination = new Pagination { Total = total, Limit = limit, Offset = offset, HasMore = offset + page.Count < total },
        };
    }

    /// <summary>A channel's key, opened.</summary>
    public async Task<Result<ChannelKeyResponse>> RevealKeyAsync(Guid id, CancellationToken cancellationToken) =>
        await channels.FindAsync(id, cancellationToken) is { } channel
            ? new ChannelKeyResponse { Id = id, Key = sealer.Open(id, channel.KeySealed) }
            : ChatError.NotFound;

    /// <summary>One channel as it is kept; null: there is none.</summary>
    internal async Task<ChannelAccount?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await channels.FindAsync(id, cancellationToken) is { } channel ? await WithAccountAsync(channel, cancellationToken) : null;

    /// <summary>One page of channels as they are kept, and how many there are in all.</summary>
    internal async Task<(IReadOnlyList<ChannelAccount> Page, int Total)> PageAsync(int limit, int offset, CancellationToken cancellationToken)
    {
        var (page, total) = await channels.ListAsync(limit, offset, cancellationToken);
        List<ChannelAccount> found = [];
        foreach (var channel in page)
            found.Add(await WithAccountAsync(channel, cancellationToken));
        return (found, total);
    }

    private async Task<ChannelAccount> WithAccountAsync(Channel channel, CancellationToken cancellationToken) =>
        new(channel, await quotas.FindAccountAsync(channel.ChannelId, cancellationToken) ?? new Account());
}
