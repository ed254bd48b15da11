using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.Guide;

/// <summary>What the visitor wants to know, read from the messages of a chat.</summary>
/// <param name="Text">The question itself.</param>
/// <param name="Previous">The visitor's question before this one; null for the first.</param>
/// <param name="Answers">What has been answered so far, so that "tell me more" does not get the same again.</param>
internal sealed record GuideQuestion(string Text, string? Previous, IReadOnlyList<string> Answers)
{
    /// <summary>A follow-up is short: a longer question says by itself what it is about.</summary>
    private const int MostTermsOfAFollowUp = 3;

    /// <summary>Reads the last two user messages; of each the last text, because data about the page may stand before it.</summary>
    public static GuideQuestion Read(IEnumerable<ChatMessage> messages)
    {
        var all = messages.ToArray();
        var asked = all.Where(message => message.Role == ChatRole.User).TakeLast(2).Select(TextOf).ToArray();
        var answers = all.Where(message => message.Role == ChatRole.Assistant).Select(message => message.Text).ToArray();
        return new(asked.LastOrDefault(""), asked.Length > 1 ? asked[0] : null, answers);
    }

    /// <summary>The sections that answer, best first; none when the knowledge does not say.</summary>
    public IReadOnlyList<SectionMatch> FindIn(KnowledgeIndex index, CancellationToken cancellationToken)
    {
        string[] words = [.. Words.Of(Text)];
        var terms = KnowledgeSearch.Terms(words);
        var context = Previous is null ? [] : KnowledgeSearch.Terms(Words.Of(Previous));
        if (terms.Count == 0)
            return More(KnowledgeSearch.Find(index, context, [], cancellationToken));

        var pointsBack = terms.Count <= MostTermsOfAFollowUp && StopWords.PointBack(words);
        return KnowledgeSearch.Find(index, terms, pointsBack ? context : [], cancellationToken);
    }

    private IReadOnlyList<SectionMatch> More(IReadOnlyList<SectionMatch> matches) =>
        [.. matches.Where(match => !Answers.Any(answer => answer.Contains(match.Section.Markdown, StringComparison.Ordinal)))];

    private static string TextOf(ChatMessage message) => message.Contents.OfType<TextContent>().LastOrDefault()?.Text ?? "";
}
