using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using FluentValidation;

namespace Chat.Server.Administration;

/// <summary>The body of <c>POST /admin/v1/channels/{id}/credits</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GrantCreditsRequest
{
    internal const int NoteLength = 500;

    /// <summary>How many credits to grant: more than 0, to the sixth decimal. A channel has at most 1,000,000,000 in all.</summary>
    [Required, Range(0.000001, (double)Quotas.Credits.MaxGrant)]
    public decimal? Credits { get; init; }

    /// <summary>What the grant is for, for the ledger; at most 500 characters.</summary>
    [MaxLength(NoteLength), DefaultValue("")]
    public string? Note { get; init; }
}

/// <summary>The rules of <see cref="GrantCreditsRequest"/>.</summary>
internal sealed class GrantCreditsValidator : AbstractValidator<GrantCreditsRequest>
{
    public GrantCreditsValidator()
    {
        RuleFor(request => request.Credits)
            .Must(credits => credits is > 0 and <= Credits.MaxGrant).WithMessage($"Is required: more than 0, at most {Credits.MaxGrant}.")
            // What is finer than a micro-credit would be granted as something else than was asked for.
            .Must(credits => credits is not (> 0 and <= Credits.MaxGrant) || Credits.FromMicro(Credits.ToMicro(credits.Value)) == credits)
            .WithMessage("Must have at most six decimals.");
        RuleFor(request => request.Note).Text(GrantCreditsRequest.NoteLength);
    }
}

/// <summary>A grant, and the channel's account as it is now.</summary>
public sealed record GrantResponse
{
    /// <summary>The grant's number.</summary>
    public required long Id { get; init; }

    /// <summary>The credits that were granted.</summary>
    public required decimal Credits { get; init; }

    /// <summary>What the grant is for.</summary>
    public required string Note { get; init; }

    /// <summary>When it was made, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>The sum of all grants, in credits.</summary>
    public required decimal CreditsAllocated { get; init; }

    /// <summary>The sum of all charges, in credits.</summary>
    public required decimal CreditsConsumed { get; init; }

    /// <summary>What replies that are being made may still cost, in credits.</summary>
    public required decimal CreditsReserved { get; init; }

    internal static GrantResponse From(Grant grant, Account account) => new()
    {
        Id = grant.GrantId,
        Credits = Quotas.Credits.FromMicro(grant.Credits),
        Note = grant.Note,
        CreatedAt = grant.CreatedAt.ToWire(),
        CreditsAllocated = Quotas.Credits.FromMicro(account.Allocated),
        CreditsConsumed = Quotas.Credits.FromMicro(account.Consumed),
        CreditsReserved = Quotas.Credits.FromMicro(account.Reserved),
    };
}

/// <summary>A grant, and whether an earlier request with the same key had made it.</summary>
internal sealed record Granted(GrantResponse Grant, bool Replayed);

/// <summary>Grants a channel credits, once for each idempotency key; a grant keeps its key for ever.</summary>
public sealed class GrantCredits(Database database, ChannelStore channels, QuotaStore quotas, GrantStore grants, TimeProvider time)
{
    private static ChatError TooMuch => ChatError.InvalidRequest("credits", $"The channel would have had more than {Credits.MaxGrant} credits in all.");

    /// <summary>Grants what a valid request asks for.</summary>
    internal Task<Result<Granted>> HandleAsync(Guid id, GrantCreditsRequest request, string? key, CancellationToken cancellationToken)
    {
        var (credits, note) = (Credits.ToMicro(request.Credits!.Value), request.Note ?? "");
        return database.WriteAsync<Result<Granted>>(
            async session =>
            {
                if (await channels.FindAsync(session, id) is not { ChannelId: var channelId })
                    return ChatError.NotFound;
                var earlier = key is null ? null : await grants.FindAsync(session, channelId, key);
                if (earlier is not null && (earlier.Credits != credits || !string.Equals(earlier.Note, note, StringComparison.Ordinal)))
                    return IdempotencyHeader.OtherBody;
                if ((earlier ?? await grants.AddAsync(session, channelId, credits, note, key, time.GetUtcNow())) is not { } grant)
                    return TooMuch;
                var account = await quotas.FindAccountAsync(session, channelId);
                return new Granted(GrantResponse.From(grant, account ?? new Account()), Replayed: earlier is not null);
            },
            cancellationToken);
    }
}
