namespace Chat.Client;

/// <summary>What a channel's owner has set for whoever shows the chat. All of it may be shown to visitors.</summary>
public sealed record ChatChannel
{
    /// <summary>What the owner calls the channel.</summary>
    public required string Name { get; init; }

    /// <summary>What the chat says first, or null.</summary>
    public string? Greeting { get; init; }

    /// <summary>Questions to offer; often none.</summary>
    public IReadOnlyList<string> SuggestedQuestions { get; init; } = [];

    /// <summary>Whom a visitor can reach when the bot does not know, or null.</summary>
    public string? Contact { get; init; }
}
