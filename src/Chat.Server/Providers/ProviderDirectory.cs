using System.Net.Http.Headers;
using Chat.Server.Providers.Guide;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Chat.Server.Providers;

/// <summary>Turns a model into a client that answers for it. Used by the metering alone, so that no unmetered call can be written.</summary>
public sealed class ProviderDirectory(
    IHttpClientFactory clients,
    GuideChatClient guide,
    IOptions<ProvidersOptions> options,
    TimeProvider time,
    ILogger<ProviderDirectory> logger)
{
    private readonly string[] _providers =
        [.. options.Value.Providers.OrderBy(provider => provider.Value.Order).ThenBy(provider => provider.Key, StringComparer.Ordinal).Select(provider => provider.Key)];

    /// <summary>The attempts for a model, in order, with the guide last where the channel allows it.</summary>
    public IChatClient ClientFor(Model model, bool guideFallback)
    {
        var attempts = model.Attempts.Count > 0 ? model.Attempts : [.. _providers.Select(provider => new ModelAttempt(provider, model.Id))];
        if (guideFallback && !attempts.Any(attempt => ModelCatalogue.IsGuide(attempt.Provider)))
            attempts = [.. attempts, new ModelAttempt(ModelCatalogue.Guide, ModelCatalogue.Guide)];
        return new FailoverChatClient([.. attempts.Select(attempt => (attempt, ClientFor(attempt)))], logger);
    }

    internal static string HttpClientName(string provider) => $"provider:{provider.ToLowerInvariant()}";

    internal static void Configure(HttpClient client, ProviderOptions provider)
    {
        client.BaseAddress = new Uri(provider.BaseUrl.TrimEnd('/') + "/");
        // The deadline of a whole answer is the chat client's: HttpClient's own ends with the headers.
        client.Timeout = Timeout.InfiniteTimeSpan;
        client.MaxResponseContentBufferSize = 16 * 1024 * 1024;
        if (provider.ApiKey is not "")
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", provider.ApiKey);
    }

    private IChatClient ClientFor(ModelAttempt attempt) => ModelCatalogue.IsGuide(attempt.Provider)
        ? guide
        : new OpenAIChatClient(
            clients.CreateClient(HttpClientName(attempt.Provider)),
            attempt,
            TimeSpan.FromSeconds(options.Value.Providers[attempt.Provider].TimeoutSeconds),
            time);
}
