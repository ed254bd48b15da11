using System.Text.Json.Serialization;

namespace Chat.Widget.Home;

/// <summary>
/// What a tag tells its panel: the settings that differ from the site's, and the page that it stands on. It goes through the visitor's browser,
/// sealed; the names are short because it stands in an address.
/// </summary>
internal sealed record PanelTicket
{
    public static readonly PanelTicket None = new();

    [JsonPropertyName("u")]
    public string? PageUrl { get; init; }

    [JsonPropertyName("h")]
    public string? PageTitle { get; init; }

    [JsonPropertyName("l")]
    public string? Language { get; init; }

    [JsonPropertyName("t")]
    public string? Title { get; init; }

    [JsonPropertyName("g")]
    public string? Greeting { get; init; }

    [JsonPropertyName("q")]
    public IReadOnlyList<string>? SuggestedQuestions { get; init; }

    [JsonPropertyName("c")]
    public string? Contact { get; init; }

    [JsonPropertyName("a")]
    public string? AvatarUrl { get; init; }

    [JsonPropertyName("p")]
    public string? PrivacyUrl { get; init; }

    [JsonPropertyName("k")]
    public string? Accent { get; init; }

    [JsonPropertyName("s")]
    public WidgetScheme? Scheme { get; init; }

    [JsonPropertyName("x")]
    public IReadOnlyDictionary<string, string>? Texts { get; init; }
}

/// <summary>The JSON of what is sealed.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PanelTicket))]
[JsonSerializable(typeof(MessageDraft))]
internal sealed partial class SealedJson : JsonSerializerContext;
