namespace Chat.Server.Providers.Guide;

/// <summary>
/// What the guide may answer from. It travels beside the messages, not inside them, in
/// <c>ChatOptions.AdditionalProperties[GuideContext.Key]</c>, so that nothing a visitor writes can be taken for knowledge.
/// </summary>
/// <param name="Knowledge">The channel's knowledge in Markdown; may be empty, never null.</param>
/// <param name="Contact">How a visitor reaches the people behind the site, as a line of Markdown; null when the owner gave none.</param>
public sealed record GuideContext(string Knowledge, string? Contact)
{
    /// <summary>The name under which the context travels in <c>ChatOptions.AdditionalProperties</c>.</summary>
    public const string Key = "chat.guide";
}
