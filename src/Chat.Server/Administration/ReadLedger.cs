using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Quotas;

namespace Chat.Server.Administration;

/// <summary>What a line of the ledger is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LedgerKind>))]
public enum LedgerKind
{
    /// <summary>Credits were given to the channel.</summary>
    [JsonStringEnumMemberName("grant")]
    Grant,

    /// <summary>A reply was charged.</summary>
    [JsonStringEnumMemberName("charge")]
    Charge,
}

/// <summary>One line of a channel's ledger: a grant or a charge. It never holds what was said in the conversation.</summary>
public sealed record LedgerEntry
{
    /// <summary>`grant` or `charge`.</summary>
    public required LedgerKind Kind { get; init; }

    /// <summary>The change of the balance in credits: positive for a grant, negative or 0 for a charge.</summary>
    public required decimal Credits { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTime At { get; init; }

    /// <summary>Of a grant: what it is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    /// <summary>Of a charge: the turn that was answered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? MessageId { get; init; }

    /// <summary>Of a charge: the catalogue's id of the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>Of a charge: tokens that were sent to the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PromptTokens { get; init; }

    /// <summary>Of a charge: tokens that the model wrote.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CompletionTokens { get; init; }

    /// <summary>Of a charge: what the visitor thought of the reply, 1 or -1; absent where nobody said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rating { get; init; }

    /// <summary>Of a charge: the visitor's word about the reply, until the session is forgotten.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Comment { get; init; }

    internal static LedgerEntry From(LedgerLine line) => line.IsCharge
        ? new LedgerEntry
        {
            Kind = LedgerKind.Charge,
            Credits = -Quotas.Credits.FromMicro(line.Credits),
            At = line.CreatedAt.UtcDateTime,
            MessageId = line.MessageId,
            Model = line.Model,
            PromptTokens = line.PromptTokens,
            CompletionTokens = line.CompletionTokens,
            Rating = line.Rating == 0 ? null : line.Rating,
            Comment = line.Comment.Length == 0 ? null : line.Comment,
        }
        : new LedgerEntry { Kind = LedgerKind.Grant, Credits = Quotas.Credits.FromMicro(line.Credits), At = line.CreatedAt.UtcDateTime, Note = line.Note };
}

/// <summary>One page of a channel's ledger.</summary>
public sealed record LedgerResponse
{
    /// <summary>The lines, newest first.</summary>
    public required IReadOnlyList<LedgerEntry> Data { get; init; }

    /// <summary>Where the page stands.</summary>
    public required Pagination Pagination { get; init; }
}

/// <summary>Reads a channel's ledger.</summary>
public sealed class ReadLedger(ChannelStore channels, LedgerStore ledger)
{
    /// <summary>One page, newest first.</summary>
    public async Task<Result<LedgerResponse>> HandleAsync(Guid id, int limit, int offset, CancellationToken cancellationToken)
    {
        if (await channels.FindAsync(id, cancellationToken) is not { ChannelId: var channelId })
            return ChatError.NotFound;
        var (page, total) = await ledger.ListAsync(channelId, limit, offset, cancellationToken);
        return new LedgerResponse
        {
            Data = [.. page.Select(LedgerEntry.From)],
            Pagination = new Pagination { Total = total, Limit = limit, Offset = offset, HasMore = offset + page.Count < total },
        };
    }
}
