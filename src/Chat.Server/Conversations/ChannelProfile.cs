using Chat.Server.Channels;

namespace Chat.Server.Conversations;

/// <summary>What a channel's owner has set for whoever shows the chat. All of it may be shown to visitors.</summary>
public sealed record ChannelProfile
{
    /// <summary>What the owner calls the channel.</summary>
    public required string Name { get; init; }

    /// <summary>What the chat says first; null where nothing is set.</summary>
    public required string? Greeting { get; init; }

    /// <summary>Questions to offer; at most 10.</summary>
    public required IReadOnlyList<string> SuggestedQuestions { get; init; }

    /// <summary>Whom a visitor can reach when the bot does not know; null where nothing is set.</summary>
    public required string? Contact { get; init; }

    /// <summary>The public part of a channel's settings.</summary>
    public static ChannelProfile Of(Channel channel) => new()
    {
        Name = channel.Settings.Name,
        Greeting = channel.Settings.Greeting,
        SuggestedQuestions = channel.Settings.SuggestedQuestions,
        Contact = channel.Settings.Contact,
    };
}
