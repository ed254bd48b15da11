using Chat.Server.Settings;
using Chat.Server.WidgetHost.Backend;
using Chat.Widget;
using Chat.Widget.Theme;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Chat.Server.WidgetHost;

/// <summary>The hosted embed: the widget below <c>/embed</c>, for websites that are not ASP.NET Core.</summary>
public static class WidgetHostModule
{
    /// <summary>Adds what the embed needs. Nothing of it is made before the first visitor comes.</summary>
    public static IServiceCollection AddWidgetHost(this IServiceCollection services)
    {
        services.AddOptions<EmbedOptions>().BindSettings("Embed");
        services.AddSingleton<IValidateOptions<EmbedOptions>, EmbedOptionsValidator>();
        services.AddSingleton<EmbeddedSending>();
        services.AddSingleton<ChatOperations>();
        services.AddSingleton<BackendFactory>();
        services.AddSingleton<EmbedHome>();
        services.AddRateLimiter(limits => limits.AddPolicy<string, VisitorLimiting>(VisitorLimiting.Policy));
        return services;
    }

    /// <summary>Maps the pages.</summary>
    public static void MapWidgetHost(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup(EmbedAddress.Root).ExcludeFromDescription();
        pages.MapGet("/css/{file}", (RequestDelegate)Stylesheets.ServeAsync);
        pages.MapGet("/launcher.css", (RequestDelegate)LauncherStylesheet.ServeAsync);
        var chat = pages.MapGroup("/{id}");
        chat.MapWidget(routes.ServiceProvider.GetRequiredService<EmbedHome>());
        ((IEndpointConventionBuilder)chat).Finally(endpoint =>
        {
            if (endpoint.Metadata.OfType<WidgetRoutes.TakesMessage>().Any())
                endpoint.Metadata.Add(new EnableRateLimitingAttribute(VisitorLimiting.Policy));
        });
    }
}
