using System.Text;
using System.Text.Encodings.Web;
using Chat.Server.Channels;
using Chat.Widget;
using Chat.Widget.Panel;
using Chat.Widget.Texts;
using Chat.Widget.Theme;

namespace Chat.Server.WidgetHost;

/// <summary>What is shown in a chat's place where there is none: a sentence in the visitor's words, and never why in the service's.</summary>
internal static class EmbedNotice
{
    // Who sees it has nothing to click but their own text's way back.
    private const string Anybody = "*";

    /// <summary>No channel of this id, or no id at all.</summary>
    public static Task UnknownAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status404NotFound, texts => texts.ErrorSetup, Anybody);

    /// <summary>No website may show it: in no frame, and the page of its own says so.</summary>
    public static Task DeniedAsync(HttpContext context) => WriteAsync(
        context,
        StatusCodes.Status403Forbidden,
        texts => texts.ErrorSetup,
        "'none'",
        "<p class=\"note\" lang=\"en\" dir=\"ltr\">For its owner: no website may show this chat yet. Add the website’s origin, such as https://www.example.com, to the channel’s allowed origins.</p>");

    /// <summary>Switched off, or past its date.</summary>
    public static Task InactiveAsync(HttpContext context, Channel channel, string ancestors) => WriteAsync(
        context,
        StatusCodes.Status403Forbidden,
        texts => texts.ErrorInactive,
        ancestors,
        string.IsNullOrWhiteSpace(channel.Settings.Contact) ? "" : $"<p dir=\"auto\">{HtmlEncoder.Default.Encode(channel.Settings.Contact)}</p>");

    /// <summary>The store is out of reach. What was being sent can be sent again from here, with all that makes it one message.</summary>
    public static async Task OfflineAsync(HttpContext context) => await WriteAsync(
        context, StatusCodes.Status503ServiceUnavailable, texts => texts.ErrorOffline, Anybody, HttpMethods.IsPost(context.Request.Method) ? await FormAsync(context) : "");

    private static async Task WriteAsync(HttpContext context, int status, Func<WidgetTexts, string> sentence, string ancestors, string more = "")
    {
        var texts = EmbedSettings.TextsOf(context, EmbedLook.Of(context.Request.Query).Language);
        var style = $"{context.Request.PathBase.ToUriComponent()}{EmbedAddress.Root}/css/{Stylesheets.FileOf(Stylesheets.Panel, Accent.Default)}";
        var (response, encoder) = (context.Response, HtmlEncoder.Default);
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}; sandbox allow-forms allow-same-origin";
        response.Headers["Permissions-Policy"] = WidgetRequest.Permissions;
        await response.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="{encoder.Encode(texts.Language)}" dir="{(texts.IsRightToLeft ? "rtl" : "ltr")}" class="auto"><head><meta charset="utf-8"><title>{encoder.Encode(texts.Title)}</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><link rel="stylesheet" href="{encoder.Encode(style)}"></head>
            <body class="notice"><main><h1>{encoder.Encode(texts.Title)}</h1><p>{encoder.Encode(sentence(texts))}</p>{more}</main></body></html>

            """,
            context.RequestAborted);
    }

    // The address holds the visitor's own ticket: it goes back to where it came from.
    private static async Task<string> FormAsync(HttpContext context)
    {
        if (await WidgetRoutes.FormOfAsync(context) is not { } form || form[SendMessage.TextField].LastOrDefault(text => !string.IsNullOrEmpty(text)) is not { } message)
            return "";
        var (encoder, texts) = (HtmlEncoder.Default, EmbedSettings.TextsOf(context, null));
        var html = new StringBuilder($"<form method=\"post\" action=\"{encoder.Encode(context.Request.PathBase.Add(context.Request.Path).ToUriComponent() + context.Request.QueryString.ToUriComponent())}\">");
        foreach (var (name, value) in form.Where(field => field.Key != SendMessage.TextField))
            html.Append($"<input type=\"hidden\" name=\"{encoder.Encode(name)}\" value=\"{encoder.Encode(value.ToString())}\">");
        return html.Append($"<p><textarea name=\"{SendMessage.TextField}\" rows=\"4\" aria-label=\"{encoder.Encode(texts.Message)}\" dir=\"auto\">\n{encoder.Encode(message)}</textarea></p>")
            .Append($"<p><button class=\"send\" type=\"submit\">{encoder.Encode(texts.Retry)}</button></p></form>").ToString();
    }
}
