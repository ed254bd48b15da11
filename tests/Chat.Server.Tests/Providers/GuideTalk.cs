using Chat.Server.Providers.Guide;
using Microsoft.Extensions.AI;

namespace Chat.Server.Tests.Providers;

/// <summary>A conversation with the guide about one knowledge text.</summary>
internal sealed class GuideTalk(string knowledge, string? contact = null) : IDisposable
{
    private readonly GuideChatClient _guide = new();

    /// <summary>The product's own guide, as the demo channel has it.</summary>
    public static string DemoKnowledge { get; } = ReadDemoKnowledge();

    public async Task<string> AskAsync(params string[] visitorTurns) =>
        (await _guide.GetResponseAsync(visitorTurns.Select(turn => new ChatMessage(ChatRole.User, turn)), Options())).Text;

    public async Task<string> ContinueAsync(params ChatMessage[] messages) => (await _guide.GetResponseAsync(messages, Options())).Text;

    /// <summary>Where an answer is from, such as "Errors › 429"; null when no section was quoted.</summary>
    public static string? SourceOf(string reply)
    {
        const string Mark = "— From: **";
        var start = reply.LastIndexOf(Mark, StringComparison.Ordinal);
        return start < 0 ? null : reply[(start + Mark.Length)..reply.IndexOf("**", start + Mark.Length, StringComparison.Ordinal)];
    }

    public ChatOptions Options() => new GuidedOptions { Knowledge = knowledge, Contact = contact };

    public void Dispose() => _guide.Dispose();

    private static string ReadDemoKnowledge()
    {
        var assembly = typeof(GuideChatClient).Assembly;
        var files = assembly.GetManifestResourceNames().Where(name => name.Contains(".DemoGuide.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return string.Join('\n', files.Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }));
    }
}
