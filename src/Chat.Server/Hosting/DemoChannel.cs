using System.Reflection;
using Chat.Server.Administration;
using Chat.Server.Channels;
using Chat.Server.Providers;
using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting;

/// <summary>
/// The channel that a newcomer talks to: in Development, made when there is no channel yet. It is answered by the built-in
/// guide, from a guide to this product, so that the first question gets a useful answer without an account or a network.
/// </summary>
internal sealed class DemoChannel(
    CreateChannel create, ChannelStore channels, ChannelQueries queries, IOptions<StorageOptions> storage, IHostEnvironment environment)
{
    /// <summary>The demo channel's id, the same everywhere.</summary>
    public static readonly Guid Id = new("01900000-0000-7000-8000-00000000c4a7");

    // Beside the administration token: what runs on the same machine, as the widget's sample does, finds the key there.
    private const string KeyFileName = "demo-channel-key";

    private const string KnowledgePrefix = "Chat.Server.Hosting.DemoGuide.";

    /// <summary>Makes the channel where it belongs and is wanted, and keeps its key in a file beside the database.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment())
            return;
        if ((await channels.ListAsync(1, 0, cancellationToken)).Total == 0)
            await CreateAsync(cancellationToken);
        var path = Path.Combine(Path.GetDirectoryName(storage.Value.AbsolutePath(environment))!, KeyFileName);
        if (await FindKeyAsync(cancellationToken) is { } key && OwnerOnlyFile.Read(path) != key)
            OwnerOnlyFile.Write(path, key);
    }

    /// <summary>The demo channel's key; null when there is no such channel.</summary>
    public async Task<string?> FindKeyAsync(CancellationToken cancellationToken) =>
        (await queries.RevealKeyAsync(Id, cancellationToken)).Succeeded(out var key, out _) ? key.Key : null;

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var request = new CreateChannelRequest
        {
            Name = "Demo",
            Model = ModelCatalogue.Guide,
            Knowledge = ReadGuide(),
            SystemPrompt = "You answer questions about Chat, the service that you run on.",
            Greeting = "Hello! Ask me how to call the API, connect a provider or read an error.",
            SuggestedQuestions = ["How do I call the API?", "What are credits?", "How do I connect a provider?"],
            Contact = "The README of this repository says where to go from here.",
        };
        await create.HandleAsync(request, Id, cancellationToken);
    }

    internal static string ReadGuide()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var sections = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(KnowledgePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd().Trim();
            });
        return string.Join("\n\n", sections);
    }
}
