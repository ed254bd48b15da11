using Chat.Client;
using Chat.Server.Channels;
using Chat.Widget;
using Chat.Widget.Home;
using Chat.Widget.Texts;

namespace Chat.Server.WidgetHost;

/// <summary>What an embed shows: what the channel's owner has set, in the look that the snippet asks for.</summary>
internal static class EmbedSettings
{
    private static readonly ChatWidgetOptions Options = new();

    public static WidgetSettings Of(HttpContext context, Channel channel, EmbedLook look)
    {
        var settings = channel.Settings;
        var profile = new ChatChannel
        {
            Name = settings.Name,
            Greeting = settings.Greeting,
            SuggestedQuestions = settings.SuggestedQuestions,
            Contact = settings.Contact,
        };
        var tag = new PanelTicket { Title = settings.Name, Accent = look.Accent, Scheme = look.Scheme };
        return WidgetSettings.Of(Options, tag, profile, TextsOf(context, look.Language)) with { IsCard = look.IsInline, TimeZone = look.TimeZone() };
    }

    /// <summary>The texts in the language that is wanted, else in the visitor's.</summary>
    public static WidgetTexts TextsOf(HttpContext context, string? language) => WidgetLanguage.Of(Options, context, language);
}
