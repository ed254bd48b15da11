using Chat.Widget.Texts;

namespace Chat.Widget;

/// <summary>Light, dark, or as the visitor's system is set.</summary>
public enum WidgetScheme
{
    /// <summary>As the visitor's system is set.</summary>
    Auto,

    /// <summary>Always light.</summary>
    Light,

    /// <summary>Always dark.</summary>
    Dark,
}

/// <summary>Where the chat stands on a page.</summary>
public enum WidgetPlacement
{
    /// <summary>A button in a corner of the window, which opens the chat above the page.</summary>
    Corner,

    /// <summary>In the page, where the tag stands.</summary>
    Inline,
}

/// <summary>Which lower corner the button stands in.</summary>
public enum WidgetSide
{
    /// <summary>Where a line of the language ends: right, and left in a language that is written from right to left.</summary>
    End,

    /// <summary>Where a line of the language begins.</summary>
    Start,
}

/// <summary>The settings of the widget for a whole site. Each tag may set its own for most of them: see <see cref="ChatWidget"/>.</summary>
public sealed class ChatWidgetOptions
{
    /// <summary>The service's address, such as <c>https://chat.example.com</c>; a path is kept. Required, unless an <c>IChatBackend</c> is registered.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>The channel's key, <c>chat_…</c>. It stays on this server. Required with <see cref="BaseUrl"/>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Where the widget's own pages live in this site. Default <c>/_chat</c>; begins with a slash, ends without one.</summary>
    public string Prefix { get; set; } = "/_chat";

    /// <summary>What stands above the conversation. Default: the language's own word for it.</summary>
    public string? Title { get; set; }

    /// <summary>What the chat says first. Default: what the channel's owner has set, else the language's own sentence.</summary>
    public string? Greeting { get; set; }

    /// <summary>Questions to offer at first. Null, the default: those of the channel. Empty: none.</summary>
    public IReadOnlyList<string>? SuggestedQuestions { get; set; }

    /// <summary>Whom a visitor can reach instead; shown on request, on errors and on limits. Default: what the channel's owner has set.</summary>
    public string? Contact { get; set; }

    /// <summary>A picture beside the title: a path of this site, or an https address. Default: none.</summary>
    public string? AvatarUrl { get; set; }

    /// <summary>
    /// The colour of buttons and of what the visitor says: <c>#rrggbb</c>. Default <c>#2456c7</c>. Where it would not be readable it is made
    /// darker or lighter until it is (WCAG 2.2, 1.4.3: 4.5 to 1).
    /// </summary>
    public string Accent { get; set; } = "#2456c7";

    /// <summary>Light, dark, or as the visitor's system is set, which is the default.</summary>
    public WidgetScheme Scheme { get; set; }

    /// <summary>Where the chat stands. Default: the corner.</summary>
    public WidgetPlacement Placement { get; set; }

    /// <summary>Which lower corner. Default: where lines end.</summary>
    public WidgetSide Side { get; set; }

    /// <summary>Whether a page shows the chat open at first, until the visitor closes it. Default false.</summary>
    public bool OpenAtFirst { get; set; }

    /// <summary>The language, such as <c>de</c>. Null, the default: the request's culture or the visitor's preference, where it is one of <see cref="Languages"/>.</summary>
    public string? Language { get; set; }

    /// <summary>The site's privacy statement, shown as a link below the composer: a path of this site or an http(s) address. Default: none.</summary>
    public string? PrivacyUrl { get; set; }

    /// <summary>In which zone times are shown: without a script a visitor's own is not known. Default: this server's.</summary>
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Local;

    /// <summary>
    /// Every text the visitor sees, by language. Change one: <c>o.Languages["de"] = WidgetTexts.German with { Send = "Los" }</c>; or add a language.
    /// The first is what a visitor gets whose languages are not here.
    /// </summary>
    public IDictionary<string, WidgetTexts> Languages { get; } = new OrderedDictionary<string, WidgetTexts>(StringComparer.OrdinalIgnoreCase)
    {
        ["en"] = WidgetTexts.English,
        ["de"] = WidgetTexts.German,
        ["fr"] = WidgetTexts.French,
        ["ar"] = WidgetTexts.Arabic,
    };

    /// <summary>Texts for every language, by the name of the property of <see cref="WidgetTexts"/>: <c>o.Texts["Launcher"] = "Ask the workshop"</c>.</summary>
    public IDictionary<string, string> Texts { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}
