using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Chat.Server.Providers.Guide;
using Chat.Server.Providers.OpenAI;
using Chat.Server.Providers.Resilience;
using Chat.Server.Providers.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Chat.Server.Providers;

/// <summary>The client of each attempt: one serves every request of the process, as its circuits do.</summary>
public sealed class AttemptClients(
    IHttpClientFactory http, GuideChatClient guide, Circuits circuits, GenAITelemetry telemetry, IOptions<ProvidersOptions> options)
{
    private readonly ConcurrentDictionary<ModelAttempt, IChatClient> _clients = [];

    internal IChatClient For(ModelAttempt attempt) => _clients.GetOrAdd(attempt, Create);

    internal static string HttpClientName(string provider) => $"provider:{provider.ToLowerInvariant()}";

    internal static void Configure(HttpClient client, ProviderOptions provider)
    {
        client.BaseAddress = new Uri(provider.BaseUrl.TrimEnd('/') + "/");
        // The deadlines of an answer are the chat client's: HttpClient's own ends with the headers.
        client.Timeout = Timeout.InfiniteTimeSpan;
        if (provider.ApiKey is not "")
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", provider.ApiKey);
    }

    // From the inside: the protocol, its deadlines, its circuits and retries, and what is told of them.
    private IChatClient Create(ModelAttempt attempt)
    {
        if (ModelCatalogue.IsGuide(attempt.Provider))
            return guide;
        var provider = options.Value.Providers[attempt.Provider];
        var connection = http.CreateClient(HttpClientName(attempt.Provider));
        var timed = new DeadlineChatClient(new OpenAIChatClient(connection, attempt, circuits.Time), provider, circuits.Time);
        var circuit = circuits.For(attempt);
        var resilient = new ResilientChatClient(timed, Retries.Around(circuit, provider.Retries, circuits.Time), circuit);
        return new TelemetryChatClient(resilient, attempt, connection.BaseAddress!, telemetry);
    }
}
