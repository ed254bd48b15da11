using Chat.Widget.Theme;

namespace Chat.Server.WidgetHost;

/// <summary>
/// The stylesheet of the corner's button, at an address that a snippet can name for years. So it may be kept for an hour only, and a button that is
/// older than it must still find its classes in it.
/// </summary>
internal static class LauncherStylesheet
{
    public static Task ServeAsync(HttpContext context)
    {
        if (!Accent.TryParse(EmbedLook.Of(context.Request.Query).Accent, out var accent))
            accent = Accent.Default;
        // Read by pages of any origin: it is the same for all, and holds nothing.
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return Stylesheets.SendAsync(context, Stylesheets.Launcher, accent, "public, max-age=3600");
    }
}
