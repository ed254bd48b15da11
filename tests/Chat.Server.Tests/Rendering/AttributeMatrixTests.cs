using AngleSharp.Html.Parser;
using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>10 attributes on 10 Markdown constructs, in the syntax of Markdig's generic attributes: security.md 0.2 and A3.</summary>
public sealed class AttributeMatrixTests
{
    private static readonly HtmlParser Parser = new();

    [Fact]
    public void No_attribute_comes_from_the_text()
    {
        Assert.Equal(100, HostileMarkdown.AttributeCases.Count());
        foreach (var (markdown, _) in HostileMarkdown.AttributeCases)
            Assert.Empty(HtmlAllowList.Violations(SafeMarkdown.ToHtml(markdown)));
    }

    [Fact]
    public void The_same_cases_get_through_markdigs_advanced_extensions()
    {
        Assert.InRange(HostileMarkdown.AttributeCases.Count(each => Has(Arms.WithAdvancedExtensions(each.Markdown), each.Name)), 50, 100);
        // class= is on our list for code; the one that was asked for is not.
        Assert.Equal(0, HostileMarkdown.AttributeCases.Count(each => each.Name != "class" && Has(SafeMarkdown.ToHtml(each.Markdown), each.Name)));
    }

    [Theory]
    [InlineData("```cs onload=x\na\n```", "<pre><code class=\"language-cs\">a\n</code></pre>\n")]
    [InlineData("```CS\na\n```", "<pre><code class=\"language-cs\">a\n</code></pre>\n")]
    [InlineData("```danger\na\n```", "<pre><code>a\n</code></pre>\n")]
    [InlineData("```c&#34;onload=x\na\n```", "<pre><code>a\n</code></pre>\n")]
    [InlineData("007. a", "<ol start=\"7\">\n<li>a</li>\n</ol>\n")]
    public void An_attribute_is_written_only_from_our_own_lists_and_numbers(string markdown, string html) =>
        Assert.Equal(html, SafeMarkdown.ToHtml(markdown));

    private static bool Has(string html, string attribute) => Parser.ParseDocument(html).QuerySelectorAll($"body [{attribute}]").Length > 0;
}
