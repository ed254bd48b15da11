using System.Text.RegularExpressions;
using Chat.Server.Rendering;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace Chat.Server.Tests.Rendering;

/// <summary>
/// Ordinary Markdown is rendered as Markdig renders it with the same extensions, apart from what the policy adds (rel and target on links, scope
/// and a class in tables) and takes away (link titles).
/// </summary>
public sealed partial class MarkdigEquivalenceTests
{
    private static readonly MarkdownPipeline Markdig = CreatePipeline();

    private static readonly string[] Constructs =
    [
        "", "\n\n", "word", "two\nlines", "one\n\n\ntwo", "hard  \nbreak", "hard\\\nbreak", "   indented a little", "tab\tinside", "# a\0b", "a\n\0\nb", "- \0", "*a\0*b",
        "# One", "## Two ##", "### Three #x", "#### Four", "##### Five", "###### Six", "####### Seven", "#not", "Setext\n===", "Setext\n---", "#",
        "# *a* `b` [c](http://d)", "para\n# heading\npara", "***", "---", " - - -", "___\ntext",
        "*a*", "_a_", "**a**", "__a__", "***a***", "**a *b* c**", "*a **b** c*", "a*b*c", "a_b_c", "**a", "*a**", "\\*a\\*", "* a *", "~~a~~", "~a~",
        "`a`", "``a`b``", "` a `", "`a", "`a\nb`", "`<b>&amp;`", "    code\n    more\n\n    still", "```\na\n\n b\n```", "~~~\n```\n~~~", "```\nopen",
        "```cs\nvar x = \"<a>\" & 1;\n```", "````\n```\n````", "   ```\n   a\n  ```", "- ```\n  a\n  ```",
        "> a", "> a\nlazy", "> a\n>\n> b", "> a\n\n> b", ">> a\n> b", "> # h\n> - a\n> - b", ">     code", "> ```\n> a\n> ```", ">",
        "- a\n- b", "* a\n+ b", "- a\n\n- b", "- a\n  - b\n    - c", "- a\n\n  b", "- a\n\n      code", "-\n  a", "- # h", "- # h\n- a\n\n  # i", "- a\n  # b", "- a\n  ***\n  b", "> a\n> # b\n> c", "- a\n\n  # b\n\n  ***",
        "1. a\n2. b", "7. a\n8. b", "1) a", "0. a", "007. a", "1. a\n   - b\n     1. c", "- a\n- b\n\ntext", "- > a", "- a\n\n  > b", "- ---", "- a\n---\n- b",
        "a\n- b", "a\n2. b", "1. a\n\n\n2. b", "- \n- b", "-     code", "- a\n\n\tb", "10. a\n\n    b",
        "[a](http://b)", "[a](<http://b/c d>)", "[a](http://b/(c))", "[a](http://b/\\))", "[*a* `b`](https://c/?d=e&f=g#h)", "[a](mailto:b@c.d)",
        "[](http://b)", "[a][b]\n\n[b]: http://c", "[a]\n\n[a]: http://c", "[A][]\n\n[a]: http://c", "[b]: http://c\n\n[a][B] and [b]", "[a][none]", "[a](", "[a]",
        "[a](http://b/\u00fc?\u00e4=%20\"')", "[a](http://m\u00fcnchen.example:8080/x)", "<http://a/b?c=d&e>", "<a@b.c>", "<not a link>", "a < b > c & d \"e\" 'f'",
        "&amp; &lt; &copy; &#65; &#x42; &nope; &", "\\# \\> \\- \\[a\\] \\\\", "http://a.example/b_c_d.", "see https://a.example/x, ok", "(http://a.example)",
        "www.a.example/b", "mailto:a@b.example", "xhttp://a.example", "[a]: http://b", "[a]: http://b\n[c]: http://d\ntext [a] [c]",
        "|a|b|\n|-|-|\n|1|2|", "a|b\n-|-\n1|2", "|a|b|\n|:-|-:|\n|1|2|", "|a|\n|:-:|\n|*b*|", "|a|b|\n|-|-|\n|1|", "|a|b|\n|-|-|\n|1|2|3|", "|a|b|\n|-|-|",
        "|a|b|\n|-|-|\n|1|2|\nlast\n\nend", "text\n|a|b|\n|-|-|\n|1|2|", "|a|b|\n|-|-|\n|`c\\|d`|*e|f*|", "|a|b|\n|-|-|\n|1|2|\n- c", "|a|b|\n|-|-|\n|1|2|\n# c", "|a|b|\n|-|-|\n|1|2|\n> c", "|a|b|\n|-|-|\n    c",
        "|a|b|\n|-|\n|1|2|", "> |a|b|\n> |-|-|\n> |1|2|\nlazy", "> |a|b|\n|-|-|", "a\n:-:\nb", "| a\n|-\n|", "a|b\n- | -", "|a|b|\n|-|-|\n|1|2|\n---\n", "|a|\n|-|\n|1|\n===",
        "|a|b|\n|-|-|\n|`x`|[y](http://z)|\n|c\\|d||", "text\n\n|a|b|\n|-|-|\n|1|2|\n\ntext", "- a\n\n  |a|b|\n  |-|-|\n  |1|2|", "a | b", "|a|b|",
        "\u4f60\u597d **\u4e16\u754c**", "\u0645\u0631\u062d\u0628\u0627 *\u0628\u0643*", "\u05e9\u05dc\u05d5\u05dd", "caf\u00e9 \U0001F600 \U0001F1E9\U0001F1EA", "a\r\nb\r\n\r\nc", "\uFFFD",
    ];

    internal static IReadOnlyList<string> Texts => Constructs;

    public static TheoryData<string> AllConstructs => [.. Constructs];

    [Theory]
    [MemberData(nameof(AllConstructs))]
    public void Ordinary_markdown_renders_as_markdig_renders_it(string markdown) =>
        Assert.Equal(Markdown.ToHtml(markdown, Markdig), WithoutAdditions(SafeMarkdown.ToHtml(markdown)));

    [Theory]
    [MemberData(nameof(AllConstructs))]
    public void Ordinary_markdown_renders_to_what_is_allowed(string markdown) => Assert.Empty(HtmlAllowList.Violations(SafeMarkdown.ToHtml(markdown)));

    [Fact]
    public void All_constructs_in_one_document_render_as_markdig_renders_them()
    {
        var markdown = string.Join("\n\n<!-- -->\n\n", Constructs.Where(construct => !construct.Contains("open", StringComparison.Ordinal)));
        Assert.Equal(Markdown.ToHtml(markdown, Markdig), WithoutAdditions(SafeMarkdown.ToHtml(markdown)));
    }

    [Fact]
    public void Read_line_by_line_a_text_has_the_blocks_that_markdigs_own_parser_finds()
    {
        var pipeline = MarkdownPolicy.CreateBuilder().Build();
        for (var seed = 0; seed < 2_000; seed++)
        {
            var markdown = seed % 2 == 0 ? MarkdownCorpus.Compose(new Random(seed)) : MarkdownCorpus.ComposeReferences(new Random(seed));
            using var html = new HtmlBuffer(markdown.Length);
            var renderer = new SafeHtmlRenderer(html);
            foreach (var block in Markdown.Parse(markdown, pipeline).Where(block => block is not LinkReferenceDefinitionGroup))
                renderer.Write(block);
            Assert.True(html.ToString() == SafeMarkdown.ToHtml(markdown), $"Seed {seed}: {markdown}");
        }
    }

    /// <summary>Markdig's own table parser in place of ours, which has the same rules.</summary>
    private static MarkdownPipeline CreatePipeline()
    {
        var builder = MarkdownPolicy.CreateBuilder();
        builder.Extensions.Replace<TableParser>(new PipeTableExtension(new PipeTableOptions { UseGfmRules = true }));
        return builder.Build();
    }

    private static string WithoutAdditions(string html) =>
        AlignmentClass().Replace(
            html.Replace(" rel=\"noopener noreferrer nofollow ugc\"", "", StringComparison.Ordinal)
                .Replace(" target=\"_blank\"", "", StringComparison.Ordinal)
                .Replace(" scope=\"col\"", "", StringComparison.Ordinal),
            " style=\"text-align: ${side};\"");

    [GeneratedRegex(" class=\"align-(?<side>left|center|right)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex AlignmentClass();
}
