using Chat.Client;
using Chat.Widget;
using Chat.Widget.Backend;
using Chat.Widget.Home;
using Chat.Widget.Launcher;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

// Where callers look for it, as with the framework's own.
#pragma warning disable IDE0130
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Puts the chat into an ASP.NET Core site.</summary>
public static class WidgetModule
{
    internal const string ClientName = "Chat.Widget";

    // A visitor waits for a page: what has not begun within half a minute is told as such.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Adds what the widget needs. The options are checked when the host starts.</summary>
    /// <param name="services">The site's services.</param>
    /// <param name="configure">At least the service's address and the channel's key.</param>
    public static IServiceCollection AddChatWidget(this IServiceCollection services, Action<ChatWidgetOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<ChatWidgetOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ChatWidgetOptions>, ChatWidgetOptionsValidator>());
        services.AddRazorComponents();
        services.AddAntiforgery();
        services.AddDataProtection();
        services.AddHttpContextAccessor();
        services.TryAddSingleton(TimeProvider.System);
        if (services.All(service => service.ServiceType != typeof(IChatBackend)))
            services.AddHttpBackend();
        services.TryAddSingleton<ChannelDefaults>();
        services.TryAddSingleton<SiteHome>();
        services.TryAddSingleton<LauncherFactory>();
        return services;
    }

    /// <summary>Maps the widget's own pages below <see cref="ChatWidgetOptions.Prefix"/>.</summary>
    /// <param name="routes">The site's routes.</param>
    public static IEndpointConventionBuilder MapChatWidget(this IEndpointRouteBuilder routes)
    {
        var options = routes.ServiceProvider.GetRequiredService<IOptions<ChatWidgetOptions>>().Value;
        var group = routes.MapGroup(options.Prefix);
        group.MapWidget(routes.ServiceProvider.GetRequiredService<SiteHome>());
        group.MapGet("/closed", (RequestDelegate)ClosedBeacon.HandleAsync);
        return group;
    }

    private static void AddHttpBackend(this IServiceCollection services)
    {
        services.AddChatClient(ClientName, _ => { });
        services.AddOptions<ChatClientOptions>(ClientName).Configure<IOptions<ChatWidgetOptions>>((client, site) =>
        {
            client.BaseUrl = site.Value.BaseUrl;
            client.ApiKey = site.Value.ApiKey;
            client.Timeout = Patience;
        });
        services.AddSingleton<IChatBackend>(provider => new HttpChatBackend(provider.GetRequiredKeyedService<ChatApiClient>(ClientName)));
    }
}
