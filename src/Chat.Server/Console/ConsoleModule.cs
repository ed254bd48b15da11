using Chat.Server.Storage;

namespace Chat.Server.Console;

/// <summary>
/// The owner's pages, below <c>/admin</c>: channels, what they have used, and the lines that put a chat into a website. Plain HTML, no script. They exist
/// where the administration surface exists.
/// </summary>
public static class ConsoleModule
{
    /// <summary>Adds what the pages need. Nothing of it is made before one of them is asked for, but the limit of attempts to sign in.</summary>
    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddAntiforgery(ConsoleCookies.Configure);
        services.AddSingleton<ConsoleSession>();
        services.AddSingleton<ShowChannels>();
        services.AddSingleton<ShowChannel>();
        services.AddRateLimiter(limits => limits.AddPolicy<string, SignInLimiting>(SignInLimiting.Policy));
        return services;
    }

    /// <summary>Maps the pages; without a token to sign in with, the administration surface's guard answers that they are not there.</summary>
    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup(ConsoleView.Path).ExcludeFromDescription();
        pages.MapPage("", StatusCodes.Status200OK, context => context.RequestServices.GetRequiredService<ShowChannels>().HandleAsync(context));
        pages.MapPage("/channels/{id}", StatusCodes.Status403Forbidden, context => context.RequestServices.GetRequiredService<ShowChannel>().HandleAsync(context));
        pages.MapPost("/sign-out", Guarded(SignOut.HandleAsync));
        // That address in the browser's bar, asked for again.
        pages.MapGet("/sign-out", (RequestDelegate)SignOut.BackAsync);
        pages.MapGet("/css/{file}", (RequestDelegate)ConsoleStylesheet.ServeAsync);
    }

    // Whoever is not signed in is asked to, at the page's own address, which takes the form as well: no address to return to travels anywhere.
    private static void MapPage(this RouteGroupBuilder pages, string pattern, int statusOfSignIn, RequestDelegate show)
    {
        pages.MapGet(pattern, Guarded(context => context.RequestServices.GetRequiredService<ConsoleSession>().IsOpen(context)
            ? show(context)
            : SignIn.ShowAsync(context, statusOfSignIn)));
        pages.MapPost(pattern, Guarded(SignIn.HandleAsync)).RequireRateLimiting(SignInLimiting.Policy);
    }

    private static RequestDelegate Guarded(RequestDelegate handle) => async context =>
    {
        try
        {
            await handle(context);
        }
        catch (StoreUnavailableException)
        {
            await ConsolePage.NoticeAsync(context, StatusCodes.Status503ServiceUnavailable, "The database is out of reach", "Nothing is lost. Load this page again in a moment.");
        }
    };
}
