using Chat.Server.Providers.Guide;
using Chat.Server.Settings;
using Microsoft.Extensions.Options;

namespace Chat.Server.Providers;

/// <summary>Registers the model catalogue, the configured upstreams and the built-in guide.</summary>
public static class ProvidersModule
{
    /// <summary>Adds <see cref="ModelCatalogue"/> and <see cref="ProviderDirectory"/>.</summary>
    public static IServiceCollection AddProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ProvidersOptions>().BindSettings("");
        services.AddSingleton<IValidateOptions<ProvidersOptions>, ProvidersOptionsValidator>();
        services.AddHttpClient();
        services.AddSingleton<ModelCatalogue>();
        services.AddSingleton<GuideChatClient>();
        services.AddSingleton<ProviderDirectory>();
        foreach (var provider in configuration.GetSection("Providers").GetChildren())
            AddHttpClient(services, provider.Key);
        return services;
    }

    private static void AddHttpClient(IServiceCollection services, string provider) => services
        .AddHttpClient(ProviderDirectory.HttpClientName(provider))
        .ConfigureHttpClient((source, client) =>
            ProviderDirectory.Configure(client, source.GetRequiredService<IOptions<ProvidersOptions>>().Value.Providers[provider]))
        // No redirects: the key would follow to whatever address an answer names. No proxy: the operator's addresses are meant as written.
        .UseSocketsHttpHandler((handler, _) =>
        {
            handler.AllowAutoRedirect = false;
            handler.UseProxy = false;
            handler.UseCookies = false;
            handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
            handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        })
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .RemoveAllLoggers();
}
