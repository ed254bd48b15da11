using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Http;
using Chat.Server.Quotas;

namespace Chat.Server.Administration;

/// <summary>A channel as administration returns it: its settings, and what the service adds.</summary>
public sealed record ChannelResponse : ChannelSettings
{
    private ChannelResponse(ChannelSettings settings)
        : base(settings)
    {
    }

    /// <summary>The channel's id; not a secret.</summary>
    [JsonPropertyOrder(-3)]
    public Guid Id { get; init; }

    /// <summary>The key; given when the channel is made and when the key is rotated.</summary>
    [JsonPropertyOrder(-2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>The sum of all grants, in credits.</summary>
    public decimal CreditsAllocated { get; init; }

    /// <summary>The sum of all charges, in credits.</summary>
    public decimal CreditsConsumed { get; init; }

    /// <summary>What replies that are being made may still cost, in credits.</summary>
    public decimal CreditsReserved { get; init; }

    /// <summary>When the channel was made, in UTC.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>When the channel was last changed, in UTC.</summary>
    public DateTime UpdatedAt { get; init; }

    /// <summary>A channel with its account.</summary>
    public static ChannelResponse From(Channel channel, Account account, string? key = null) => new(channel.Settings)
    {
        Id = channel.PublicId,
        Key = key,
        CreditsAllocated = Credits.FromMicro(account.Allocated),
        CreditsConsumed = Credits.FromMicro(account.Consumed),
        CreditsReserved = Credits.FromMicro(account.Reserved),
        CreatedAt = channel.CreatedAt.ToWire(),
        UpdatedAt = channel.UpdatedAt.ToWire(),
    };
}

/// <summary>One page of channels.</summary>
public sealed record ChannelListResponse
{
    /// <summary>The channels, in the order of their making.</summary>
    public required IReadOnlyList<ChannelResponse> Data { get; init; }

    /// <summary>Where the page stands.</summary>
    public required Pagination Pagination { get; init; }
}

/// <summary>Where a page stands in its list.</summary>
public sealed record Pagination
{
    /// <summary>How many entries there are in all.</summary>
    public required int Total { get; init; }

    /// <summary>How many a page has at most.</summary>
    public required int Limit { get; init; }

    /// <summary>How many come before this page.</summary>
    public required int Offset { get; init; }

    /// <summary>Whether there are entries after this page.</summary>
    public required bool HasMore { get; init; }
}

/// <summary>A channel's key.</summary>
public sealed record ChannelKeyResponse
{
    /// <summary>The channel's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }
}

/// <summary>What a channel's webhook calls are signed with.</summary>
public sealed record WebhookSecretResponse
{
    /// <summary>The channel's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The secret.</summary>
    public required string Secret { get; init; }
}
