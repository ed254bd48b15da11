using Chat.Widget.Home;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Launcher;

/// <summary>
/// A picture that a browser asks for when a chat that the page had opened is closed: the only word of it that comes without a script. It changes nothing
/// but whether the next page shows the chat open.
/// </summary>
internal static class ClosedBeacon
{
    public static Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin")
            SiteHome.RememberClosed(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
