using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Browser.Tests.Hostile;

/// <summary>One text as the service gives it back, in every form in which it does.</summary>
/// <param name="Text">What was said, by the visitor and by the model.</param>
/// <param name="QuestionHtml"><c>content_html</c> of the visitor's message.</param>
/// <param name="AnswerHtml"><c>content_html</c> of the model's message.</param>
/// <param name="ReplyHtml"><c>reply_html</c> of the stream's end.</param>
/// <param name="Blocks">The stream's final pieces, which together are the reply's HTML.</param>
/// <param name="Drafts">What the stream showed in between.</param>
internal sealed record Told(string Text, string QuestionHtml, string AnswerHtml, string ReplyHtml, IReadOnlyList<string> Blocks, IReadOnlyList<string> Drafts);

/// <summary>Conversations in which both sides say a corpus: the visitor sends each text and the model answers with the same.</summary>
internal sealed class HostileConversations
{
    private const int TurnsEach = 100;
    private const int AtOnce = 4;

    private readonly List<Told> _told = [];
    private readonly List<string> _sessions = [];

    public IReadOnlyList<Told> Told => _told;

    /// <summary>Names as the widget's cookie has them.</summary>
    public IReadOnlyList<string> Sessions => _sessions;

    /// <summary>The upstream that says what it is told, in three pieces, cut where it hurts.</summary>
    public static void Echo(FakeUpstream upstream) => upstream.OnRequest = (request, context) =>
    {
        var text = request.Question;
        var (one, two) = (text.Length / 3, text.Length * 2 / 3);
        return context.StreamAsync(text[..one], text[one..two], text[two..]);
    };

    public static async Task<HostileConversations> HaveAsync(ChatApp app, TestChannel channel, IReadOnlyList<string> texts)
    {
        var all = new HostileConversations();
        var parts = texts.Chunk(TurnsEach).Select((part, at) => (Session: $"hostile-{at}-".PadRight(43, 'x'), Texts: part)).ToList();
        all._sessions.AddRange(parts.Select(part => part.Session));
        await Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (part, _) =>
        {
            var told = await HaveAsync(app, channel, part.Session, part.Texts);
            lock (all._told)
                all._told.AddRange(told);
        });
        return all;
    }

    private static async Task<IReadOnlyList<Told>> HaveAsync(ChatApp app, TestChannel channel, string session, string[] texts)
    {
        var streams = new List<IReadOnlyList<(string Name, JsonObject Data)>>();
        foreach (var text in texts)
        {
            await using var stream = await StreamReading.AskAsync(app, channel, text, session, new JsonObject { ["stream_html"] = true });
            var events = await stream.RestAsync();
            Assert.True(events[^1].Name == "done", $"{text}: {events[^1].Data}");
            streams.Add(events);
        }

        var history = await app.HistoryAsync(channel, session);
        Assert.Equal(texts.Length * 2, history.Count);
        return
        [
            .. texts.Select((text, at) => new Told(
                text,
                (string)history[at * 2]!["content_html"]!,
                (string)history[(at * 2) + 1]!["content_html"]!,
                (string)streams[at][^1].Data["reply_html"]!,
                Html(streams[at], "block"),
                Html(streams[at], "draft"))),
        ];
    }

    private static List<string> Html(IReadOnlyList<(string Name, JsonObject Data)> events, string kind) =>
        [.. events.Where(each => each.Name == "html").Select(each => (string?)each.Data[kind]).OfType<string>()];
}
