using Chat.Widget;
using Chat.Widget.Home;
using Chat.Widget.Panel;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;

namespace Chat.Server.Console;

/// <summary>Answers with a page: static HTML under a policy that lets nothing in but its stylesheet and its own forms.</summary>
internal static class ConsolePage
{
    public const string Policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    // The parameter that every document has.
    private const string View = "View";

    public static async Task ShowAsync<TDocument>(HttpContext context, int status, Dictionary<string, object?> parameters, bool isSignedIn = true)
        where TDocument : IComponent
    {
        parameters[View] = new ConsoleView
        {
            Root = RootOf(context),
            Fields = SiteForm.Issue(context.RequestServices.GetRequiredService<IAntiforgery>(), context),
            IsSignedIn = isSignedIn,
        };
        var html = await ComponentHtml.RenderAsync<TDocument>(context.RequestServices, parameters);
        var headers = context.Response.Headers;
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = Policy;
        headers["Permissions-Policy"] = WidgetRequest.Permissions;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        await context.Response.WriteAsync(html, context.RequestAborted);
    }

    /// <summary>A page that says one thing.</summary>
    public static Task NoticeAsync(HttpContext context, int status, string title, string sentence) => ShowAsync<NoticeDocument>(
        context, status, new() { [nameof(NoticeDocument.Title)] = title, [nameof(NoticeDocument.Sentence)] = sentence });

    /// <summary>Sends the browser on with GET, so that a reload repeats no post.</summary>
    public static void SeeOther(HttpContext context, string url)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = url;
    }

    public static string RootOf(HttpContext context) => context.Request.PathBase.Add(ConsoleView.Path).ToUriComponent();
}
