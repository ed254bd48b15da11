using System.Text;
using Chat.Server.Rendering;
using Markdig;

namespace Chat.Server.Tests.Rendering;

/// <summary>The rule that is often written down for streaming Markdown: parse what is not final, and every block but the last is final.</summary>
internal static class NaiveIncrementalMarkdown
{
    private static readonly MarkdownPipeline Pipeline = MarkdownPolicy.CreateBuilder().Build();

    public static string Render(IEnumerable<string> chunks)
    {
        var html = new StringBuilder();
        var open = "";
        foreach (var chunk in chunks)
        {
            open += chunk;
            var document = Markdown.Parse(open, Pipeline);
            if (document.Count < 2 || document[^1].Span.Start is not (> 0 and var last))
                continue;
            html.Append(SafeMarkdown.ToHtml(open[..last]));
            open = open[last..];
        }

        return html.Append(SafeMarkdown.ToHtml(open)).ToString();
    }
}
