using AngleSharp.Html.Parser;
using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>10 attributes on 10 Markdown constructs, in the syntax of Markdig's generic attributes: security.md 0.2 and A3.</summary>
public sealed class AttributeMatrixTests
{
    private static readonly string[] Attributes =
    [
        "onclick=alert(1)", "onmouseover=\"alert(1)\"", "onfocus=alert(1)", "style=\"position:fixed;inset:0\"", "srcset=\"//evil.example 1x\"",
        "id=message", "name=form", "class=danger", "formaction=javascript:alert(1)", "tabindex=1",
    ];

    private static readonly string[] Constructs =
    [
        "# Heading {{0}}", "paragraph {{0}}", "[link](https://example.com){{0}}", "![image](https://example.com/a.png){{0}}", "*emphasis*{{0}}",
        "`code`{{0}}", "``` cs {{0}}\ncode\n```", "{{0}}\n> quote", "{{0}}\n- item", "{{0}}\n|a|b|\n|-|-|\n|1|2|",
    ];

    private static readonly HtmlParser Parser = new();

    private static IEnumerable<(string Markdown, string Name)> Cases =>
        Constructs.SelectMany(construct => Attributes.Select(attribute => (
            construct.Replace("{{0}}", "{" + attribute + "}", StringComparison.Ordinal), attribute[..attribute.IndexOf('=', StringComparison.Ordinal)])));

    [Fact]
    public void No_attribute_comes_from_the_text()
    {
        Assert.Equal(100, Cases.Count());
        foreach (var (markdown, _) in Cases)
            Assert.Empty(HtmlAllowList.Violations(SafeMarkdown.ToHtml(markdown)));
    }

    [Fact]
    public void The_same_cases_get_through_markdigs_advanced_extensions()
    {
        Assert.InRange(Cases.Count(each => Has(Arms.WithAdvancedExtensions(each.Markdown), each.Name)), 50, 100);
        // class= is on our list for code; the one that was asked for is not.
        Assert.Equal(0, Cases.Count(each => each.Name != "class" && Has(SafeMarkdown.ToHtml(each.Markdown), each.Name)));
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
