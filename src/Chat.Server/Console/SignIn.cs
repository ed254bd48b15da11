using Chat.Server.Administration;
using Chat.Widget;
using Chat.Widget.Home;
using Microsoft.AspNetCore.Antiforgery;

namespace Chat.Server.Console;

/// <summary>Opens a session for whoever has the admin token, at the address of the page that was asked for.</summary>
internal static class SignIn
{
    /// <summary>The form's field.</summary>
    public const string TokenField = "token";

    private const string Refused = "That did not work. Check the token and try again.";
    private const string Stale = "This page was no longer good, or the browser keeps no cookies for it. Please try again.";

    public static Task ShowAsync(HttpContext context, int status, string? problem = null) => ConsolePage.ShowAsync<SignInDocument>(
        context, status, new() { [nameof(SignInDocument.Problem)] = problem, [nameof(SignInDocument.Action)] = UrlOf(context) }, isSignedIn: false);

    public static async Task HandleAsync(HttpContext context)
    {
        var services = context.RequestServices;
        if (await WidgetRoutes.FormOfAsync(context) is not { } form || !await SiteForm.IsGenuineAsync(services.GetRequiredService<IAntiforgery>(), context))
        {
            await ShowAsync(context, StatusCodes.Status400BadRequest, Stale);
            return;
        }

        if (!services.GetRequiredService<AdminToken>().Matches(form[TokenField].ToString().Trim()))
        {
            await ShowAsync(context, StatusCodes.Status403Forbidden, Refused);
            return;
        }

        services.GetRequiredService<ConsoleSession>().Open(context);
        ConsolePage.SeeOther(context, UrlOf(context));
    }

    private static string UrlOf(HttpContext context) => context.Request.PathBase.Add(context.Request.Path).ToUriComponent();
}
