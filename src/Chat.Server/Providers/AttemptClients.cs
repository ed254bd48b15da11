using System.Collections.Concurrent;
using Chat.Server.Providers.Guide;
using Chat.Server.Providers.OpenAI;
using Chat.Server.Providers.Resilience;
using Chat.Server.Providers.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Chat.Server.Providers;

/// <summary>The client of each attempt: one serves every request of the process, as its circuits do.</summary>
public sealed class AttemptClients(
    IHttpMessageHandlerFactory handlers, GuideChatClient guide, Circuits circuits, GenAITelemetry telemetry, IOptions<ProvidersOptions> options)
{
    private readonly ConcurrentDictionary<ModelAttempt, IChatClient> _clients = [];

    internal IChatClient For(ModelAttempt attempt) => _clients.GetOrAdd(attempt, Create);

    internal static string HttpClientName(string provider) => $"provider:{provider.ToLowerInvariant()}";

    // From the inside: the protocol, its deadlines, its circuits and retries, and what is told of them.
    private IChatClient Create(ModelAttempt attempt)
    {
        if (ModelCatalogue.IsGuide(attempt.Provider))
            return guide;
        var provider = options.Value.Providers[attempt.Provider];
        var address = new Uri(provider.BaseUrl.TrimEnd('/') + "/");
        // An HttpClient adds a time limit that ends with the headers, and no more: the deadlines of an answer are the chat client's.
        var connections = new HttpMessageInvoker(handlers.CreateHandler(HttpClientName(attempt.Provider)), disposeHandler: false);
        var protocol = new OpenAIChatClient(connections, new Uri(address, "chat/completions"), provider.ApiKey, attempt, circuits.Time);
        var timed = new DeadlineChatClient(protocol, provider, circuits.Time);
        var circuit = circuits.For(attempt);
        var resilient = new ResilientChatClient(timed, Retries.Around(circuit, provider.Retries, circuits.Time), circuit);
        return new TelemetryChatClient(resilient, attempt, address, telemetry);
    }
}
