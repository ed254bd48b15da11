using Chat.Server.Administration;
using Chat.Server.Quotas;

namespace Chat.Server.Console;

/// <summary>Whether a channel answers.</summary>
public enum ChannelState
{
    /// <summary>It does.</summary>
    Active,

    /// <summary>Its owner has switched it off.</summary>
    Disabled,

    /// <summary>Its date has passed.</summary>
    Expired,
}

/// <summary>A channel at a glance.</summary>
public sealed record ChannelCard
{
    /// <summary>The channel's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The website that it is for, or null.</summary>
    public required string? Website { get; init; }

    /// <summary>Whether it answers.</summary>
    public required ChannelState State { get; init; }

    /// <summary>Credits that were granted and neither charged nor held for a reply that is being made.</summary>
    public required decimal CreditsLeft { get; init; }

    /// <summary>Messages of this UTC day, less those whose reply failed.</summary>
    public required int MessagesToday { get; init; }

    /// <summary>How many messages a UTC day may have.</summary>
    public required int MessagesPerDay { get; init; }

    internal static ChannelCard Of(ChannelAccount found, DateTimeOffset now)
    {
        var ((channel, account), settings) = (found, found.Channel.Settings);
        return new ChannelCard
        {
            Id = channel.PublicId,
            Name = settings.Name,
            Website = settings.WebsiteUrl,
            State = channel.IsActiveAt(now) ? ChannelState.Active : settings.Active ? ChannelState.Expired : ChannelState.Disabled,
            CreditsLeft = Credits.FromMicro(account.Allocated - account.Consumed - account.Reserved),
            // The row knows the latest day that something was admitted in.
            MessagesToday = account.DayNo >= QuotaWindow.DayOf(now) ? account.DayCount : 0,
            MessagesPerDay = settings.RequestsPerDay,
        };
    }
}
