namespace Chat.Client;

/// <summary>
/// Where the channel stands against the tighter of its two limits, a minute's and a day's, as of one answer.
/// Other callers of the channel use the same limits, so it is a hint and no promise.
/// </summary>
/// <param name="Limit">Requests allowed in the window, or null when the answer did not say.</param>
/// <param name="Remaining">Requests left in the window.</param>
/// <param name="Reset">When the window ends, in UTC, to the second.</param>
public sealed record RateLimitStatus(long? Limit, long Remaining, DateTimeOffset Reset);
