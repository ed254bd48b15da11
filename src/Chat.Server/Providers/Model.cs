namespace Chat.Server.Providers;

/// <summary>A model of the catalogue, as a channel may choose it.</summary>
/// <param name="Id">What channels and configuration call it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="ContextTokens">How many tokens prompt and reply may have together.</param>
/// <param name="MaxOutputTokens">How many tokens a reply may have at most.</param>
/// <param name="MicroCreditsPerToken">
/// The price of a token of prompt or reply: 1,000 at rate 1.0, as 1 credit is 1,000 tokens and 1,000,000 micro-credits (contract, "Credits").
/// </param>
/// <param name="Attempts">Whom to ask, in order; empty: every configured provider, under the model's own id.</param>
public sealed record Model(
    string Id,
    string Name,
    int ContextTokens,
    int MaxOutputTokens,
    long MicroCreditsPerToken,
    IReadOnlyList<ModelAttempt> Attempts);

/// <summary>One way to get an answer: a provider, and what it calls the model.</summary>
/// <param name="Provider">The provider's name in configuration, or <c>guide</c>.</param>
/// <param name="Model">The model's name there.</param>
/// <param name="Profile">The profile that the attempt is for; null: every profile.</param>
public sealed record ModelAttempt(string Provider, string Model, ResponseProfile? Profile = null)
{
    /// <summary>How usage, metrics and logs name the attempt; never shown to a visitor.</summary>
    public override string ToString() => $"{Provider}/{Model}";
}
