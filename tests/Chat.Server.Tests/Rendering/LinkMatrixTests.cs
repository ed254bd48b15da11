using AngleSharp.Html.Parser;
using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>24 disguised URLs in 14 Markdown constructs: security.md 0.1 and A2.</summary>
public sealed class LinkMatrixTests
{
    private static readonly string[] Urls =
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#x6A;avascript:alert(1)",
        "&#106;&#97;&#118;&#97;script:alert(1)",
        "javascript&colon;alert(1)",
        "javascript&#58;alert(1)",
        "java&Tab;script:alert(1)",
        "java&NewLine;script:alert(1)",
        "java\tscript:alert(1)",
        "&#1;javascript:alert(1)",
        "\u0001javascript:alert(1)",
        "&nbsp;javascript:alert(1)",
        "javascript\\:alert(1)",
        "\\javascript:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "vbscript:msgbox(1)",
        "data:text/html,%3Cscript%3Ealert(1)%3C/script%3E",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "file:///etc/passwd",
        "blob:https://example.com/1",
        "intent://example.com/#Intent;scheme=http;end",
        "x-custom-app:open",
        "//evil.example/path",
        "view-source:javascript:alert(1)",
    ];

    private static readonly string[] Constructs =
    [
        "[click]({0})",
        "[click](<{0}>)",
        "[click]({0} \"title\")",
        "![image]({0})",
        "[![image]({0})]({0})",
        "[click][a]\n\n[a]: {0}",
        "[click][]\n\n[click]: <{0}> 'title'",
        "[click]\n\n[click]: {0}",
        "<{0}>",
        "{0}",
        "# [click]({0})",
        "> - [click]({0})",
        "|a|b|\n|-|-|\n|[click]({0})|<{0}>|",
        "**[*click*]({0})**",
    ];

    private static readonly HtmlParser Parser = new();

    public static TheoryData<string> AllConstructs => [.. Constructs];

    [Theory]
    [MemberData(nameof(AllConstructs))]
    public void A_disguised_url_never_becomes_a_link(string construct)
    {
        foreach (var url in Urls)
        {
            var html = SafeMarkdown.ToHtml(Case(construct, url));
            Assert.Empty(HtmlAllowList.Violations(html));
            Assert.DoesNotContain("<a ", html, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(AllConstructs))]
    public void The_text_of_a_refused_link_is_kept(string construct)
    {
        foreach (var word in new[] { "click", "image" }.Where(word => construct.Contains(word, StringComparison.Ordinal)))
            Assert.Contains(word, SafeMarkdown.ToHtml(Case(construct, Urls[0])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ordinary_url_is_linked_in_every_construct()
    {
        foreach (var construct in Constructs)
            Assert.Contains("href=\"https://example.com/\"", SafeMarkdown.ToHtml(Case(construct, "https://example.com/")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_cases_get_through_markdig_with_html_disabled()
    {
        Assert.Equal(24, Urls.Length);
        Assert.Equal(14, Constructs.Length);
        var cases = Constructs.SelectMany(construct => Urls.Select(url => Case(construct, url))).ToList();

        Assert.InRange(cases.Count(markdown => HasForeignUrl(Arms.WithHtmlDisabled(markdown))), 150, 336);
        Assert.InRange(cases.Count(markdown => HasForeignUrl(Arms.WithAdvancedExtensions(markdown))), 150, 336);
        Assert.Equal(0, cases.Count(markdown => HasForeignUrl(SafeMarkdown.ToHtml(markdown))));
    }

    private static string Case(string construct, string url) => construct.Replace("{0}", url, StringComparison.Ordinal);

    private static bool HasForeignUrl(string html) =>
        Parser.ParseDocument(html).QuerySelectorAll("[href],[src]").Any(element =>
            (element.GetAttribute("href") ?? element.GetAttribute("src"))!.TrimStart('\u0001', ' ') is var url
            && !url.StartsWith("http:", StringComparison.Ordinal) && !url.StartsWith("https:", StringComparison.Ordinal));
}
