using System.Text;

namespace Chat.Server.Providers.Guide;

/// <summary>Every sentence that the guide says in its own words, in Markdown.</summary>
internal static class GuideReplies
{
    private const int MostTopics = 8;

    /// <summary>A section this close to the best one is worth naming.</summary>
    private const double CloseToTheBest = 0.5;

    /// <summary>The best section as it stands, where it is from, and up to two others that come close.</summary>
    public static string Answer(IReadOnlyList<SectionMatch> matches)
    {
        var best = matches[0];
        var reply = new StringBuilder(best.Section.Markdown);
        if (Source(best.Section) is { Length: > 0 } source)
            reply.Append($"\n\n— From: **{source}**");
        string[] others = [.. matches.Skip(1)
            .Where(match => match.Score >= best.Score * CloseToTheBest && match.Section.Heading.Length > 0)
            .Select(match => Source(match.Section)).Distinct().Where(other => other != Source(best.Section)).Take(2)];
        if (others.Length > 0)
            reply.Append($"\n\nSee also: {string.Join(" · ", others)}");
        return reply.ToString();
    }

    /// <summary>That the knowledge does not say, and where to ask instead.</summary>
    public static string Unknown(KnowledgeIndex index, string? contact) =>
        "I do not know: I found nothing about that in what I have been given about this site, and I would rather not guess."
        + ContactLine(contact) + TopicList("\n\nI can tell you about:", index);

    /// <summary>That there is no knowledge.</summary>
    public static string NothingToAnswerFrom(string? contact) =>
        "I am here, but nobody has given me anything to answer from yet. Please come back a little later." + ContactLine(contact);

    /// <summary>The answer to small talk: what can be asked.</summary>
    public static string ToSmallTalk(SmallTalk kind, KnowledgeIndex index) => kind switch
    {
        SmallTalk.Thanks => "You are welcome! Just ask if there is anything else.",
        SmallTalk.WhoAreYou => "I am this site's guide. I am no language model: I look your question up in what the site's owner has written, and quote it."
            + TopicList("\n\nYou can ask me about:", index),
        _ => "Hello! Ask me something in your own words, and I look it up in this site's guide." + TopicList("\n\nI can tell you about:", index),
    };

    /// <summary>Text as it stands in the middle of a line of Markdown: no character of it is a mark.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            // Inside a word an underscore is no mark, and names of codes and fields are full of them.
            var isInsideWord = at > 0 && at + 1 < text.Length && char.IsLetterOrDigit(text[at - 1]) && char.IsLetterOrDigit(text[at + 1]);
            var isMark = text[at] switch
            {
                '\\' or '`' or '*' or '[' or ']' or '<' or '|' or '~' or '&' => true,
                '_' => !isInsideWord,
                '#' or '>' or '-' or '+' => at == 0,
                _ => false,
            };
            if (isMark)
                escaped.Append('\\');
            escaped.Append(text[at]);
        }

        return escaped.ToString();
    }

    private static string Source(KnowledgeSection section) => string.Join(" › ", section.Path.Where(heading => heading.Length > 0).Select(Escape));

    private static string ContactLine(string? contact) =>
        string.IsNullOrWhiteSpace(contact) ? "" : $"\n\nThe people behind this site can help you: {contact.Trim()}";

    private static string TopicList(string lead, KnowledgeIndex index)
    {
        // One title over everything is no choice of topics: then the headings under it are.
        var paths = index.Sections.Select(section => section.Path).Where(path => path.Count > 0).ToArray();
        var depth = paths.Select(path => path[0]).Distinct().Count() > 1 ? 1 : 2;
        var topics = paths.Where(path => path.Count >= depth && path[depth - 1].Length > 0)
            .Select(path => path[depth - 1]).Distinct().Take(MostTopics).ToArray();
        return topics.Length == 0 ? "" : lead + "\n\n" + string.Join('\n', topics.Select(topic => "- " + Escape(topic)));
    }
}
