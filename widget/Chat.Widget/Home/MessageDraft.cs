using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Chat.Widget.Home;

/// <summary>
/// A text that was not taken, and why: it stands in the composer until it is sent or replaced. Kept in a sealed cookie of the
/// panel's own path, so that neither a redirect, nor another page, nor another instance of the site loses it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record MessageDraft
{
    /// <summary>The text, as it was written.</summary>
    [JsonPropertyName("t")]
    public required string Text { get; init; }

    /// <summary>Why it was not taken: one of <c>MessageProblem</c>'s codes, or of the service's.</summary>
    [JsonPropertyName("c")]
    public required string Code { get; init; }

    /// <summary>When trying again is worth it, where that is known.</summary>
    [JsonPropertyName("w")]
    public DateTimeOffset? TryAgainAt { get; init; }

    /// <summary>
    /// The form that it was sent with. The service may have taken the message although its answer was lost: the same text
    /// under the same key is then never sent twice.
    /// </summary>
    [JsonPropertyName("k")]
    public required string FormKey { get; init; }

    /// <summary>The page that it was sent from; part of what was sent.</summary>
    [JsonPropertyName("u")]
    public string? PageUrl { get; init; }

    /// <summary>That page's title.</summary>
    [JsonPropertyName("h")]
    public string? PageTitle { get; init; }

    /// <summary>Names the type only: a visitor's words do not belong in a log.</summary>
    public override string ToString() => nameof(MessageDraft);
}
