using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.Guide;

/// <summary>
/// What a model is asked with, and beside it, not inside the messages, what the guide may answer from: so that nothing a visitor
/// writes can be taken for knowledge. Other providers see options like any others.
/// </summary>
public sealed class GuidedOptions : ChatOptions
{
    /// <summary>Options that add what the guide needs to others.</summary>
    /// <param name="others">The others; null: none are set.</param>
    public GuidedOptions(ChatOptions? others = null)
        : base(others)
    {
        if (others is GuidedOptions guided)
            (Knowledge, Contact) = (guided.Knowledge, guided.Contact);
    }

    /// <summary>The channel's knowledge in Markdown; may be empty.</summary>
    public string Knowledge { get; init; } = "";

    /// <summary>How a visitor reaches the people behind the site, as a line of Markdown; null when the owner gave none.</summary>
    public string? Contact { get; init; }

    /// <inheritdoc/>
    public override ChatOptions Clone() => new GuidedOptions(this);
}
