using System.Text.Json.Serialization;
using Chat.Widget;

namespace Chat.Server.WidgetHost;

/// <summary>
/// What goes from page to page of one visitor, sealed, in the address: with cookies blocked there is no other place. Whoever has it has the
/// conversation, so no page of the embed sends a referrer, and no log holds a query. The names are short because it stands in an address.
/// </summary>
internal sealed record EmbedTicket
{
    /// <summary>The channel that it is for; it opens no other.</summary>
    [JsonPropertyName("i")]
    public required Guid ChannelId { get; init; }

    /// <summary>When the conversation is over, in Unix seconds: as long as the service keeps it.</summary>
    [JsonPropertyName("e")]
    public long ExpiresAt { get; init; }

    /// <summary>The conversation; null before the first message.</summary>
    [JsonPropertyName("s")]
    public string? SessionId { get; init; }

    /// <summary>The page that the chat stands on, as far as the browser told it.</summary>
    [JsonPropertyName("u")]
    public string? PageUrl { get; init; }

    /// <summary>What the snippet asks for.</summary>
    [JsonPropertyName("k")]
    public EmbedLook Look { get; init; } = EmbedLook.Default;

    /// <summary>The ticket without a conversation that is over.</summary>
    public EmbedTicket At(DateTimeOffset now) => now.ToUnixTimeSeconds() < ExpiresAt ? this : this with { SessionId = null };

    /// <summary>Names the type only: it holds what opens a conversation.</summary>
    public override string ToString() => nameof(EmbedTicket);
}

/// <summary>How an embed is to look: what the owner's snippet says in the address. Everybody can write an address, so there is no text in it.</summary>
internal sealed record EmbedLook
{
    public static readonly EmbedLook Default = new();

    private const int LongestZone = 64;

    [JsonPropertyName("l")]
    public string? Language { get; init; }

    [JsonPropertyName("a")]
    public string? Accent { get; init; }

    [JsonPropertyName("c")]
    public WidgetScheme? Scheme { get; init; }

    [JsonPropertyName("z")]
    public string? Zone { get; init; }

    [JsonPropertyName("p")]
    public bool IsInline { get; init; }

    /// <summary>Reads <c>?lang=de&amp;accent=2456c7&amp;scheme=dark&amp;zone=Europe/Berlin&amp;inline</c>; what is no such value is as if it were not there.</summary>
    public static EmbedLook Of(IQueryCollection query) => new()
    {
        Language = query["lang"].ToString() is { Length: > 0 and <= 35 } language ? language : null,
        Accent = query["accent"].ToString() is { Length: > 0 and <= 7 } accent ? $"#{accent.TrimStart('#')}" : null,
        Scheme = query["scheme"].ToString() switch { "light" => WidgetScheme.Light, "dark" => WidgetScheme.Dark, _ => null },
        Zone = query["zone"].ToString() is { Length: > 0 and <= LongestZone } zone && zone.All(IsZoneLetter) ? zone : null,
        IsInline = query.ContainsKey("inline"),
    };

    /// <summary>The zone that times are shown in; the server's where none is known.</summary>
    public TimeZoneInfo TimeZone() => Zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out var zone) ? zone : TimeZoneInfo.Local;

    private static bool IsZoneLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '_' or '-' or '+';
}

/// <summary>What a form holds, sealed: for which channel and conversation it was made, and how long it is good.</summary>
internal sealed record EmbedFormToken
{
    [JsonPropertyName("i")]
    public required Guid ChannelId { get; init; }

    [JsonPropertyName("s")]
    public string? SessionId { get; init; }

    [JsonPropertyName("e")]
    public required long ExpiresAt { get; init; }

    /// <summary>Names the type only: it holds what opens a conversation.</summary>
    public override string ToString() => nameof(EmbedFormToken);
}

/// <summary>The JSON of what is sealed.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(EmbedTicket))]
[JsonSerializable(typeof(EmbedFormToken))]
internal sealed partial class EmbedJson : JsonSerializerContext;
