using Chat.Widget;
using Chat.Widget.Home;
using Microsoft.AspNetCore.Antiforgery;

namespace Chat.Server.Console;

/// <summary>Ends the session of this browser.</summary>
internal static class SignOut
{
    public static async Task HandleAsync(HttpContext context)
    {
        var antiforgery = context.RequestServices.GetRequiredService<IAntiforgery>();
        if (await WidgetRoutes.FormOfAsync(context) is null || !await SiteForm.IsGenuineAsync(antiforgery, context))
        {
            await ConsolePage.NoticeAsync(context, StatusCodes.Status400BadRequest, "You are still signed in", "This page was no longer good. Please sign out again.");
            return;
        }

        ConsoleSession.Close(context);
        await BackAsync(context);
    }

    public static Task BackAsync(HttpContext context)
    {
        ConsolePage.SeeOther(context, ConsolePage.RootOf(context));
        return Task.CompletedTask;
    }
}
