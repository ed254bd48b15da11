using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Chat.Server.Providers;

/// <summary>Turns a model into a client that answers for it. Used by the metering alone, so that no unmetered call can be written.</summary>
public sealed class ProviderDirectory(
    AttemptClients clients, IOptions<ProvidersOptions> options, ProviderMetrics metrics, ILogger<ProviderDirectory> logger)
{
    private readonly string[] _providers =
        [.. options.Value.Providers.OrderBy(provider => provider.Value.Order).ThenBy(provider => provider.Key, StringComparer.Ordinal).Select(provider => provider.Key)];

    private readonly ConcurrentDictionary<(string ModelId, ResponseProfile Profile, bool GuideFallback), IChatClient> _clients = [];

    /// <summary>The attempts for a model, in the profile's order, with the guide last where the channel allows it.</summary>
    public IChatClient ClientFor(Model model, ResponseProfile profile, bool guideFallback) =>
        _clients.GetOrAdd((model.Id, profile, guideFallback), static (key, made) => made.By.Create(made.model, key.Profile, key.GuideFallback), (By: this, model));

    private FailoverChatClient Create(Model model, ResponseProfile profile, bool guideFallback)
    {
        var attempts = model.Attempts.Count > 0 ? model.Attempts.OrderFor(profile) : [.. _providers.Select(provider => new ModelAttempt(provider, model.Id))];
        if (guideFallback && !attempts.Any(attempt => ModelCatalogue.IsGuide(attempt.Provider)))
            attempts = [.. attempts, new ModelAttempt(ModelCatalogue.Guide, ModelCatalogue.Guide)];
        return new FailoverChatClient([.. attempts.Select(attempt => (attempt, clients.For(attempt)))], metrics, logger);
    }
}
