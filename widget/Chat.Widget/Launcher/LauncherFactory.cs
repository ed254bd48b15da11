using Chat.Widget.Home;
using Chat.Widget.Texts;
using Chat.Widget.Theme;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Widget.Launcher;

/// <summary>Settings of one tag; null is the site's.</summary>
internal sealed record TagSettings
{
    public PanelTicket Ticket { get; init; } = PanelTicket.None;

    public WidgetPlacement? Placement { get; init; }

    public WidgetSide? Side { get; init; }

    public bool? OpenAtFirst { get; init; }
}

/// <summary>Decides what a tag puts on its page. It asks nobody: a page of the owner's never waits for the chat.</summary>
internal sealed class LauncherFactory(IOptions<ChatWidgetOptions> options, SiteHome home)
{
    // The service's limits (contract, POST /chat); what passes them is left out rather than cut.
    private const int LongestUrl = 2_048;
    private const int LongestTitle = 300;

    private readonly ChatWidgetOptions _options = options.Value;

    public LauncherView Of(HttpContext context, TagSettings tag)
    {
        var texts = WidgetLanguage.Of(_options, context, tag.Ticket.Language);
        var ticket = tag.Ticket with { Language = texts.Language, PageUrl = UrlOf(context), PageTitle = TitleOf(tag.Ticket.PageTitle) };
        var changed = texts.With(_options.Texts).With(tag.Ticket.Texts);
        var scheme = WidgetSettings.ClassOf(tag.Ticket.Scheme ?? _options.Scheme);
        var side = (tag.Side ?? _options.Side) == WidgetSide.Start ? " start" : "";
        return new LauncherView
        {
            PanelUrl = home.PanelUrlOf(context, ticket),
            StylesheetUrl = $"{home.RootOf(context)}/css/{Stylesheets.FileOf(Stylesheets.Launcher, WidgetSettings.AccentOf(_options, tag.Ticket.Accent))}",
            Texts = changed,
            Title = tag.Ticket.Title ?? _options.Title ?? changed.Title,
            Placement = tag.Placement ?? _options.Placement,
            Classes = scheme + side,
            IsOpen = context.Request.Cookies[WidgetCookies.Open] switch
            {
                "1" => true,
                "0" => false,
                _ => tag.OpenAtFirst ?? _options.OpenAtFirst,
            },
        };
    }

    // With its query, which is what tells one product's page from another's.
    private static string? UrlOf(HttpContext context)
    {
        var url = context.Request.GetEncodedUrl();
        return url.Length <= LongestUrl && WidgetLink.Page(url) is not null ? url : null;
    }

    private static string? TitleOf(string? title) =>
        title?.Trim() is { Length: > 0 } text && text.EnumerateRunes().Count() <= LongestTitle ? text : null;
}
