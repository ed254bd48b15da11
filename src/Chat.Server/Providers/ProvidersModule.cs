using System.Diagnostics;
using System.Net;
using Chat.Server.Providers.Guide;
using Chat.Server.Providers.Resilience;
using Chat.Server.Providers.Telemetry;
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
        services.AddSingleton<ProviderMetrics>();
        services.AddOptions<TelemetryOptions>().BindSettings("Telemetry");
        services.AddSingleton<GenAITelemetry>();
        services.AddSingleton<Circuits>();
        services.AddSingleton<AttemptClients>();
        services.AddSingleton<ProviderDirectory>();
        foreach (var provider in configuration.GetSection("Providers").GetChildren())
            AddHttpClient(services, provider.Key);
        return services;
    }

    private static void AddHttpClient(IServiceCollection services, string provider) => services
        .AddHttpClient(AttemptClients.HttpClientName(provider))
        .UseSocketsHttpHandler((handler, source) => Configure(handler, OptionsOf(source, provider)))
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .RemoveAllLoggers();

    private static ProviderOptions OptionsOf(IServiceProvider services, string provider) =>
        services.GetRequiredService<IOptions<ProvidersOptions>>().Value.Providers[provider];

    private static void Configure(SocketsHttpHandler handler, ProviderOptions provider)
    {
        // No redirects: the key would follow to whatever address an answer names. No proxy, not even one of the environment: it
        // would see which sites talk to whom, and the operator's addresses are meant as written. Nothing is decompressed, so that
        // what is counted is what is read.
        handler.AllowAutoRedirect = false;
        handler.UseProxy = false;
        handler.UseCookies = false;
        // No trace ids go out, and no baggage that a caller of ours sent along: a provider is another party.
        handler.ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator();
        handler.AutomaticDecompression = DecompressionMethods.None;
        handler.ConnectTimeout = TimeSpan.FromSeconds(provider.ConnectTimeoutSeconds);
        // A connection ends now and then, so that a change of the name's addresses is seen.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
        handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1);
        handler.EnableMultipleHttp2Connections = true;
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
    }
}
