namespace Chat.Server.Tests.Rendering;

/// <summary>
/// What is dangerous in the shape of Markdown, which public corpora hardly have: 24 disguised URLs in 14 constructs (security.md 0.1 and A2), and 10 attributes
/// on 10 constructs in the syntax of Markdig's generic attributes (security.md 0.2 and A3).
/// </summary>
internal static class HostileMarkdown
{
    public static readonly IReadOnlyList<string> Urls =
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

    public static readonly IReadOnlyList<string> LinkConstructs =
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

    public static readonly IReadOnlyList<string> Attributes =
    [
        "onclick=alert(1)", "onmouseover=\"alert(1)\"", "onfocus=alert(1)", "style=\"position:fixed;inset:0\"", "srcset=\"//evil.example 1x\"",
        "id=message", "name=form", "class=danger", "formaction=javascript:alert(1)", "tabindex=1",
    ];

    public static readonly IReadOnlyList<string> AttributeConstructs =
    [
        "# Heading {{0}}", "paragraph {{0}}", "[link](https://example.com){{0}}", "![image](https://example.com/a.png){{0}}", "*emphasis*{{0}}",
        "`code`{{0}}", "``` cs {{0}}\ncode\n```", "{{0}}\n> quote", "{{0}}\n- item", "{{0}}\n|a|b|\n|-|-|\n|1|2|",
    ];

    /// <summary>336 cases.</summary>
    public static IEnumerable<string> Links => LinkConstructs.SelectMany(construct => Urls.Select(url => Link(construct, url)));

    /// <summary>100 cases, each with the name of the attribute that it asks for.</summary>
    public static IEnumerable<(string Markdown, string Name)> AttributeCases =>
        AttributeConstructs.SelectMany(construct => Attributes.Select(attribute => (
            construct.Replace("{{0}}", "{" + attribute + "}", StringComparison.Ordinal), attribute[..attribute.IndexOf('=', StringComparison.Ordinal)])));

    public static string Link(string construct, string url) => construct.Replace("{0}", url, StringComparison.Ordinal);
}
