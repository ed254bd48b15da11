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

    /// <summary>Whether the channel answers at that time: enabled, and before its expiry.</summary>
    public bool IsActiveAt(DateTimeOffset now) => Settings.Active && (Settings.ExpiresAt is not { } expiry || now < expiry);
}
