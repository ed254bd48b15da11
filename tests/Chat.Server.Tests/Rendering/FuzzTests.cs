using System.Text;
using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>Documents put together from nasty fragments by a seeded generator: a failure names the document's seed.</summary>
public sealed class FuzzTests
{
    private const int Documents = 4_000;

    private static readonly string[] Fragments =
    [
        "javascript:alert(1)", "JAVASCRIPT&colon;alert(1)", "data:text/html,x", "vbscript:x", "http://a.example/", "https://b.example?x=\"'<>&", "//c.example", "mailto:a@b.example",
        "www.d.example", "[", "]", "](", ")", "](<", ">)", "![", "][", "]:", "[a]", "[a]: ", "\n[a]: http://e.example 'title'\n", "\n[b]: javascript:x\n", "[b]", "![a]", "![b][b]",
        "<", ">", "<http://", "<javascript:x>", "<a@b.c>", "<b onclick=x>", "</p>", "</pre></code>", "<!--", "-->", "<script>", "<![CDATA[", "<?", "<svg/onload=x>", "<style>", "</div>",
        "&", "&lt;", "&gt;script", "&#x22;", "&#60;", "&#x202E;", "&quot;", "&Tab;", "&NewLine;", "&#0;", "&amp;lt;", "\"", "'", "\\", "\\\"", "\\<", "\\\n",
        "*", "**", "***", "_", "__", "~~", "~", "`", "``", "```", "```js\n", "```\" onload=x\n", "\n```\n", "\n~~~\n", "|", "\n|-|-|\n", "|a|b|", "\n|:-|-:|\n", "- ", "\n- ", "\n  - ",
        "\n1. ", "\n99) ", "> ", "\n> ", "\n>", "# ", "\n# ", "\n===\n", "\n---\n", "\n***\n", "[ ] ", "[x] ", "\n- [x] ", "\n", "\n\n", "\r\n", "\r", "  \n", "\t", "    ", "\n    ", " ", " ",
        "{onclick=x}", "{#id .class}", "[^1]", "\n[^1]: note\n", ":::", "$$", "*[a]: b", "^", "==", "++", "\0", "\u0001", "\u202E", "\u2066", "\u200B", "\uFEFF", "\uD800", "\uDFFF",
        "\U000E0041", "\U0001F3F4\U000E0067", "\U0001F468\u200D\U0001F469", "\u0645\u0631", "\u4F60", "\u00FC", "a", "b", "word", "on", "=", "x=\"y\"", "style=x", "%22", "%0a", "(", ":",
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_mixture_renders_to_what_is_allowed_and_within_bounds(int quarter)
    {
        for (var seed = quarter * Documents / 4; seed < (quarter + 1) * Documents / 4; seed++)
        {
            var markdown = Compose(seed);
            var html = SafeMarkdown.ToHtml(markdown);

            var violations = HtmlAllowList.Violations(html);
            Assert.True(violations.Count == 0, $"Seed {seed}: {string.Join("; ", violations)}");
            Assert.True(html.Length <= OutputBudget.PerCharacter * markdown.Length + OutputBudget.Allowance, $"Seed {seed}: {html.Length} characters.");
            Assert.True(html == SafeMarkdown.ToHtml(markdown), $"Seed {seed}: rendered twice, two results.");
        }
    }

    [Fact]
    public void No_mixture_needs_the_fallback_for_exceptions()
    {
        for (var seed = 0; seed < Documents; seed++)
        {
            MarkdownPolicy.Render(Compose(seed), out var fault);
            Assert.Null(fault);
        }
    }

    [Fact]
    public void The_same_mixtures_get_through_markdig_with_html_disabled()
    {
        var unsafeOnes = Enumerable.Range(0, 500).Count(seed => HtmlAllowList.Violations(WithRel(Arms.WithHtmlDisabled(Compose(seed)))).Count > 0);
        Assert.InRange(unsafeOnes, 50, 500);
    }

    // Otherwise the missing rel alone would count.
    private static string WithRel(string html) =>
        html.Replace("<a href=\"http", "<a rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\" href=\"http", StringComparison.Ordinal)
            .Replace("<a href=", "<a rel=\"noopener noreferrer nofollow ugc\" href=", StringComparison.Ordinal);

    /// <summary>The document of a seed.</summary>
    internal static string Compose(int seed)
    {
#pragma warning disable CA5394 // Not a secret: the same seed has to give the same document.
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var count = random.Next(1, 60); count > 0; count--)
            text.Append(Fragments[random.Next(Fragments.Length)]);
#pragma warning restore CA5394
        return text.ToString();
    }
}
