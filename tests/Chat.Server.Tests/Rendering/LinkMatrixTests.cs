using AngleSharp.Html.Parser;
using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>24 disguised URLs in 14 Markdown constructs: security.md 0.1 and A2.</summary>
public sealed class LinkMatrixTests
{
    private static readonly HtmlParser Parser = new();

    public static TheoryData<string> AllConstructs => [.. HostileMarkdown.LinkConstructs];

    [Theory]
    [MemberData(nameof(AllConstructs))]
    public void A_disguised_url_never_becomes_a_link(string construct)
    {
        foreach (var url in HostileMarkdown.Urls)
        {
            var html = SafeMarkdown.ToHtml(HostileMarkdown.Link(construct, url));
            Assert.Empty(HtmlAllowList.Violations(html));
            Assert.DoesNotContain("<a ", html, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(AllConstructs))]
    public void The_text_of_a_refused_link_is_kept(string construct)
    {
        foreach (var word in new[] { "click", "image" }.Where(word => construct.Contains(word, StringComparison.Ordinal)))
            Assert.Contains(word, SafeMarkdown.ToHtml(HostileMarkdown.Link(construct, HostileMarkdown.Urls[0])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ordinary_url_is_linked_in_every_construct()
    {
        foreach (var construct in HostileMarkdown.LinkConstructs)
            Assert.Contains("href=\"https://example.com/\"", SafeMarkdown.ToHtml(HostileMarkdown.Link(construct, "https://example.com/")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_cases_get_through_markdig_with_html_disabled()
    {
        Assert.Equal((24, 14), (HostileMarkdown.Urls.Count, HostileMarkdown.LinkConstructs.Count));
        var cases = HostileMarkdown.Links.ToList();

        Assert.InRange(cases.Count(markdown => HasForeignUrl(Arms.WithHtmlDisabled(markdown))), 150, 336);
        Assert.InRange(cases.Count(markdown => HasForeignUrl(Arms.WithAdvancedExtensions(markdown))), 150, 336);
        Assert.Equal(0, cases.Count(markdown => HasForeignUrl(SafeMarkdown.ToHtml(markdown))));
    }

    private static bool HasForeignUrl(string html) =>
        Parser.ParseDocument(html).QuerySelectorAll("[href],[src]").Any(element =>
            (element.GetAttribute("href") ?? element.GetAttribute("src"))!.TrimStart('\u0001', ' ') is var url
            && !url.StartsWith("http:", StringComparison.Ordinal) && !url.StartsWith("https:", StringComparison.Ordinal));
}
