namespace Chat.Server.Providers;

/// <summary>What a reply is wanted to be like; it chooses among a model's attempts.</summary>
public enum ResponseProfile
{
    /// <summary>The sooner the better.</summary>
    Fast,

    /// <summary>Between the other two; the default.</summary>
    Balanced,

    /// <summary>As good as it gets, however long it takes.</summary>
    Deep,
}

/// <summary>The names of profiles, as configuration and requests have them.</summary>
public static class ResponseProfiles
{
    /// <summary>The name of <see cref="ResponseProfile.Balanced"/>.</summary>
    public const string Default = "balanced";

    /// <summary>Every name, as a sentence lists them.</summary>
    public const string Names = "fast, balanced or deep";

    /// <summary>Every name, as a pattern.</summary>
    public const string Pattern = "^(fast|balanced|deep)$";

    /// <summary>The profile of a name; null where there is none of it.</summary>
    public static ResponseProfile? Parse(string? name) => name switch
    {
        "fast" => ResponseProfile.Fast,
        Default => ResponseProfile.Balanced,
        "deep" => ResponseProfile.Deep,
        _ => null,
    };

    /// <summary>
    /// The attempts in the order in which a profile asks them: its own and those of no profile, as they stand in configuration; then
    /// those of other profiles, since a reply of another kind is better than none. A guide of no profile, which always answers, is
    /// the last resort of all. Where no attempt has a profile, the order is configuration's.
    /// </summary>
    public static IReadOnlyList<ModelAttempt> OrderFor(this IReadOnlyList<ModelAttempt> attempts, ResponseProfile profile) =>
        attempts.All(attempt => attempt.Profile is null)
            ? attempts
            : [.. attempts.OrderBy(attempt => Rank(attempt, profile))];

    private static int Rank(ModelAttempt attempt, ResponseProfile profile) => attempt switch
    {
        { Profile: null } => ModelCatalogue.IsGuide(attempt.Provider) ? 2 : 0,
        { Profile: { } own } => own == profile ? 0 : 1,
    };
}
