using Chat.Server.Errors;
using Chat.Server.Providers;

namespace Chat.Server.Channels;

/// <summary>A website's channel: its key, its bot and its limits. Immutable; a change makes another.</summary>
public sealed record Channel
{
    /// <summary>The number by which rows refer to the channel; never shown.</summary>
    public long ChannelId { get; init; }

    /// <summary>The id that administration and embeds use; not a secret.</summary>
    public Guid PublicId { get; init; }

    /// <summary>What the owner has set.</summary>
    public required ChannelSettings Settings { get; init; }

    /// <summary>The SHA-256 of the key.</summary>
    public byte[] KeyHash { get; init; } = [];

    /// <summary>The key, sealed for this channel alone.</summary>
    public byte[] KeySealed { get; init; } = [];

    /// <summary>When the channel was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The channel as one message wants it: with another profile for its reply, where the owner allows that.</summary>
    /// <param name="profile">The profile's name; null: the channel's own.</param>
    public Result<Channel> WithProfile(string? profile)
    {
        if (profile is null)
            return this;
        if (ResponseProfiles.Parse(profile) is null)
            return ChatError.InvalidRequest("profile", $"Must be {ResponseProfiles.Names}.");
        return Settings.AllowProfileOverride
            ? this with { Settings = Settings with { Profile = profile } }
            : ChatError.InvalidRequest("profile", "This channel does not let a message choose.");
    }

    /// <summary>Whether the channel answers at that time: enabled, and before its expiry.</summary>
    public bool IsActiveAt(DateTimeOffset now) => Settings.Active && (Settings.ExpiresAt is not { } expiry || now < expiry);
}
