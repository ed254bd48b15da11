using System.Text;
using System.Text.Encodings.Web;
using Chat.Widget.Home;
using Chat.Widget.Texts;

namespace Chat.Widget.Transcript;

/// <summary>
/// The elements that stay open while the transcript streams: a component cannot render half of one. In the end everything is closed.
/// </summary>
internal static class TranscriptShell
{
    public const string FormId = "g";

    // WebKit paints nothing before about 200 characters that are not spaces have come; these take no room.
    private const int Padding = 260;
    private static readonly string Invisible = new('\u200b', Padding);

    // The scroller is laid out from its lower end, and so stays there while text comes in, unless the visitor has scrolled up. The shadow tree puts
    // an anchor below what streams in, for engines without scroll anchoring; its parts are styled from the page's own stylesheet.
    private const string Scroller =
        "<template shadowrootmode=\"open\"><section part=\"s\" tabindex=\"0\" aria-label=\"{0}\"><div part=\"i\"><slot></slot>"
        + "<div part=\"a\" id=\"end\"></div></div></section><slot name=\"bar\"></slot></template>";

    public static void WriteBegin(StringBuilder page, WidgetVisit visit, IReadOnlyList<FormField> fields)
    {
        var (settings, texts) = (visit.Settings, visit.Settings.Texts);
        page.Append($"""
            <!DOCTYPE html>
            <html lang="{Text(texts.Language)}" dir="{settings.Direction}" class="{settings.SchemeClass}"><head><meta charset="utf-8"><title>{Text(texts.Conversation)}</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><base target="_blank">
            <link rel="stylesheet" href="{Text(visit.StylesheetUrl)}"></head><body class="log">
            <span class="pad" aria-hidden="true">{Invisible}</span>
            """);
        if (visit.SessionId is not null)
            WriteForm(page, visit, fields);
        // One drawing for all buttons, because emoji are missing on many systems.
        page.Append("<svg class=\"pad\" aria-hidden=\"true\"><symbol id=\"thumb\" viewBox=\"0 0 24 24\"><path d=\"M7 10v10H3V10zm2 0 4-7a2 2 0 0 1 2 2.5L14 9h5a2 2 0 0 1 2 2.4l-1.4 7A2 2 0 0 1 17.6 20H9z\"/></symbol></svg><main class=\"talk\" aria-label=\"").Append(Text(texts.Conversation)).Append("\">").AppendFormat(null, Scroller, Text(texts.Conversation));
        page.Append($"<p class=\"bubble greeting\" dir=\"auto\">{Text(settings.Greeting)}</p>\n");
    }

    public static void WriteAnswerBegin(StringBuilder page, WidgetVisit visit, string messageId)
    {
        var texts = visit.Settings.Texts;
        page.Append($"""
            <div slot="bar" class="bar"><button type="submit" form="{FormId}" formaction="{Text(visit.UrlOf("stop"))}" name="{TurnForm.IdField}" value="{Text(messageId)}">{Text(texts.Stop)}</button></div>
            <div role="log" aria-live="polite"><article class="bubble answer" dir="auto"><h2 class="vh" dir="{visit.Settings.Direction}">{Text(texts.Assistant)}</h2><p class="typing" role="status" dir="{visit.Settings.Direction}"><span class="vh">{Text(texts.Typing)}</span><i class="dot"></i><i class="dot"></i><i class="dot"></i></p>
            """);
    }

    public static void WriteStopped(StringBuilder page, WidgetTexts texts) => page.Append($"<p class=\"note\">{Text(texts.Stopped)}</p>");

    public static void WriteAnswerEnd(StringBuilder page) => page.Append("</article></div>");

    /// <summary>With it the page knows that nothing is missing: the button that stops and the signs of life go.</summary>
    public static void WriteEnd(StringBuilder page) => page.Append("<i class=\"eos\"></i></main></body></html>");

    // One form for the buttons of all answers, each of which says for itself what it does.
    private static void WriteForm(StringBuilder page, WidgetVisit visit, IReadOnlyList<FormField> fields)
    {
        page.Append($"<form id=\"{FormId}\" method=\"post\" target=\"_self\" action=\"{Text(visit.UrlOf("rate"))}\">");
        foreach (var field in fields.Where(field => !field.IsTrap))
            page.Append($"<input type=\"hidden\" name=\"{Text(field.Name)}\" value=\"{Text(field.Value)}\">");
        page.Append("</form>");
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
