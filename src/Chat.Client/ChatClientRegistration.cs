using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Chat.Client;

/// <summary>Registers <see cref="ChatApiClient"/>.</summary>
public static class ChatClientRegistration
{
    /// <summary>Registers <see cref="ChatApiClient"/> for one channel.</summary>
    /// <param name="services">Where to register it.</param>
    /// <param name="configure">Sets the options, which are checked when the host starts.</param>
    /// <returns>The builder of the HTTP client underneath, for message handlers of the caller's own.</returns>
    public static IHttpClientBuilder AddChatClient(this IServiceCollection services, Action<ChatClientOptions> configure)
    {
        services.TryAddTransient(provider => Create(provider, Options.DefaultName));
        return services.AddChannel(Options.DefaultName, configure);
    }

    /// <summary>
    /// Registers a keyed <see cref="ChatApiClient"/>, for a program that speaks to several channels: ask for it with
    /// <c>[FromKeyedServices("name")]</c>.
    /// </summary>
    /// <param name="services">Where to register it.</param>
    /// <param name="name">The caller's name for the channel, which is the service key.</param>
    /// <param name="configure">Sets the options, which are checked when the host starts.</param>
    /// <returns>The builder of the HTTP client underneath, for message handlers of the caller's own.</returns>
    public static IHttpClientBuilder AddChatClient(this IServiceCollection services, string name, Action<ChatClientOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.TryAddKeyedTransient(name, (provider, _) => Create(provider, name));
        return services.AddChannel(name, configure);
    }

    private static IHttpClientBuilder AddChannel(this IServiceCollection services, string name, Action<ChatClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<ChatClientOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ChatClientOptions>, ChatClientOptionsValidator>());
        // After everything the caller sets, because naming other headers to redact would lay the key open in trace logs.
        services.PostConfigure<HttpClientFactoryOptions>(HttpName(name), options =>
        {
            var asked = options.ShouldRedactHeaderValue;
            options.ShouldRedactHeaderValue = header => ChatCall.KeyHeader.Equals(header, StringComparison.OrdinalIgnoreCase) || asked(header);
        });
        return services.AddHttpClient(HttpName(name))
            .ConfigureHttpClient(http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(ChatApiClient.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }

    private static ChatApiClient Create(IServiceProvider provider, string name) => new(
        provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpName(name)),
        provider.GetRequiredService<IOptionsMonitor<ChatClientOptions>>().Get(name),
        provider.GetService<TimeProvider>());

    private static string HttpName(string name) => name.Length == 0 ? "Chat.Client" : $"Chat.Client:{name}";
}
