using Chat.Server.Rendering;
using Markdig.Extensions.AutoLinks;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.TaskLists;
using Markdig.Parsers.Inlines;

namespace Chat.Server.Tests.Rendering;

public sealed class MarkdownPolicyTests
{
    [Fact]
    public void The_extensions_are_exactly_the_allowed_ones() => Assert.Equal(
        [typeof(TableParser), typeof(TaskListExtension), typeof(EmphasisExtraExtension), typeof(AutoLinkExtension), typeof(ParsingLimits)],
        MarkdownPolicy.CreateBuilder().Build().Extensions.Select(extension => extension.GetType()));

    [Fact]
    public void Of_the_extra_emphases_only_strikethrough_is_on()
    {
        var extension = MarkdownPolicy.CreateBuilder().Extensions.Find<EmphasisExtraExtension>();
        Assert.Equal(EmphasisExtraOptions.Strikethrough, extension!.Options);
        Assert.Equal("<p>~a~ ^b^ ++c++ ==d== <del>e</del></p>\n", SafeMarkdown.ToHtml("~a~ ^b^ ++c++ ==d== ~~e~~"));
    }

    [Fact]
    public void The_parsers_are_exactly_the_allowed_ones()
    {
        var parsers = MarkdownPolicy.InlineParsers;
        Assert.Equal(
            [
                "BoundedListParser", "BoundedQuoteParser", "FencedCodeBlockParser", "HeadingBlockParser", "IndentedCodeBlockParser",
                "ParagraphBlockParser", "TableParser", "ThematicBreakParser",
            ],
            MarkdownPolicy.BlockParsers.Select(parser => parser.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "AutoLinkParser", "AutolinkInlineParser", "CodeInlineParser", "EmphasisInlineParser", "EscapeInlineParser", "HtmlEntityParser",
                "LineBreakInlineParser", "ReferenceWatch", "TaskListInlineParser",
            ],
            parsers.Select(parser => parser.GetType().Name).Order(StringComparer.Ordinal));
        Assert.False(parsers.Find<AutolinkInlineParser>()!.Options.EnableHtmlParsing);
    }

    [Theory]
    [InlineData("a[^1]\n\n[^1]: note")]
    [InlineData("# Heading")]
    [InlineData("![v](https://www.youtube.com/watch?v=x)")]
    [InlineData("![v](https://example.com/a.mp4)")]
    [InlineData("- [x] done")]
    [InlineData("$$x$$\n\n::: box\na\n:::\n\n*[a]: b\n\n:)")]
    [InlineData("<b onclick=x>a</b>\n\n<script>alert(1)</script>\n\n<!-- c -->")]
    public void Nothing_of_the_bundles_works(string markdown)
    {
        var html = SafeMarkdown.ToHtml(markdown);
        Assert.Empty(HtmlAllowList.Violations(html));
        Assert.DoesNotContain("id=", html, StringComparison.Ordinal);
    }
}
