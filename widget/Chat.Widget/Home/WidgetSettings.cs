using System.ComponentModel;
using Chat.Client;
using Chat.Widget.Texts;
using Chat.Widget.Theme;

namespace Chat.Widget.Home;

/// <summary>What one panel shows: the site's options, changed by the tag's, completed by the channel's.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record WidgetSettings
{
    /// <summary>Above the conversation.</summary>
    public required string Title { get; init; }

    /// <summary>What the chat says first.</summary>
    public required string Greeting { get; init; }

    /// <summary>Questions to offer at first.</summary>
    public required IReadOnlyList<string> SuggestedQuestions { get; init; }

    /// <summary>Whom a visitor can reach instead, or null.</summary>
    public string? Contact { get; init; }

    /// <summary>A picture beside the title, or null.</summary>
    public string? AvatarUrl { get; init; }

    /// <summary>The privacy statement, or null.</summary>
    public string? PrivacyUrl { get; init; }

    /// <summary>The colour.</summary>
    public required Accent Accent { get; init; }

    /// <summary>Light or dark.</summary>
    public required WidgetScheme Scheme { get; init; }

    /// <summary>Every text.</summary>
    public required WidgetTexts Texts { get; init; }

    /// <summary>In which zone times are shown.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>Whether the panel draws its own border: it stands alone in somebody else's page.</summary>
    public bool IsCard { get; init; }

    /// <summary>The class of the page that makes it light or dark.</summary>
    public string SchemeClass => ClassOf(Scheme);

    /// <summary>The direction of the page.</summary>
    public string Direction => Texts.IsRightToLeft ? "rtl" : "ltr";

    internal static string ClassOf(WidgetScheme scheme) => scheme switch
    {
        WidgetScheme.Light => "light",
        WidgetScheme.Dark => "dark",
        _ => "auto",
    };

    /// <summary>Puts the three together; what breaks a rule is as if it were not set.</summary>
    internal static WidgetSettings Of(ChatWidgetOptions site, PanelTicket tag, ChatChannel? channel, WidgetTexts texts)
    {
        var changed = texts.With(site.Texts).With(tag.Texts);
        return new WidgetSettings
        {
            Title = tag.Title ?? site.Title ?? changed.Title,
            Greeting = tag.Greeting ?? site.Greeting ?? NotBlank(channel?.Greeting) ?? changed.Greeting,
            SuggestedQuestions = tag.SuggestedQuestions ?? site.SuggestedQuestions ?? channel?.SuggestedQuestions ?? [],
            Contact = NotBlank(tag.Contact ?? site.Contact ?? channel?.Contact),
            AvatarUrl = WidgetLink.Picture(tag.AvatarUrl ?? site.AvatarUrl),
            PrivacyUrl = WidgetLink.Page(tag.PrivacyUrl ?? site.PrivacyUrl),
            Accent = AccentOf(site, tag.Accent),
            Scheme = tag.Scheme ?? site.Scheme,
            Texts = changed,
            TimeZone = site.TimeZone,
        };
    }

    /// <summary>The tag's colour, or the site's where the tag's is none.</summary>
    internal static Accent AccentOf(ChatWidgetOptions site, string? ofTag) =>
        Accent.TryParse(ofTag, out var accent) || Accent.TryParse(site.Accent, out accent) ? accent : default;

    private static string? NotBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
