using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Chat.Server.Tests.Rendering;

/// <summary>
/// What the product's HTML may hold, written down independently of the code that makes it, and checked on the tree that a browser's parser
/// builds from the HTML.
/// </summary>
internal static class HtmlAllowList
{
    private static readonly HashSet<string> Elements = new(StringComparer.Ordinal)
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br", "em", "strong", "del", "a",
        "table", "thead", "tbody", "tr", "th", "td",
    };

    private static readonly HtmlParser Parser = new();

    /// <summary>Each thing in <paramref name="html"/> that is not allowed, in words; empty for safe HTML.</summary>
    public static IReadOnlyList<string> Violations(string html)
    {
        var document = Parser.ParseDocument($"<!doctype html><html><head></head><body><div id=\"root\">{html}</div></body></html>");
        var root = document.GetElementById("root")!;
        var found = new List<string>();

        // Whatever leaves its container, or adds to the head, has broken out of the markup around it.
        if (document.Head!.ChildElementCount > 0 || document.Body!.ChildNodes.Length != 1)
            found.Add("content outside the container");
        foreach (var element in root.QuerySelectorAll("*"))
            Check(element, found);
        if (document.All.Any(node => node.ChildNodes.Any(child => child is IComment)))
            found.Add("a comment");
        return found;
    }

    private static void Check(IElement element, List<string> found)
    {
        if (!Elements.Contains(element.LocalName) || element is not IHtmlElement)
        {
            found.Add($"<{element.LocalName}>");
            return;
        }

        foreach (var attribute in element.Attributes)
        {
            if (!IsAllowed(element.LocalName, attribute.Name, attribute.Value))
                found.Add($"<{element.LocalName} {attribute.Name}=\"{attribute.Value}\">");
        }

        if (element.LocalName == "a")
            CheckLink(element, found);
    }

    private static bool IsAllowed(string element, string name, string value) => (element, name) switch
    {
        ("a", "href") => IsAllowedUrl(value),
        ("a", "rel") => value == "noopener noreferrer nofollow ugc",
        ("a", "target") => value == "_blank",
        ("code", "class") => value.StartsWith("language-", StringComparison.Ordinal) && value["language-".Length..].All(char.IsAsciiLetterOrDigit),
        ("pre", "class") => value == "plain",
        ("th" or "td", "class") => value is "align-left" or "align-center" or "align-right",
        ("th", "scope") => value == "col",
        ("ol", "start") => value.Length <= 9 && value.All(char.IsAsciiDigit),
        _ => false,
    };

    /// <summary>As a browser reads it: blanks and controls in front and line breaks and tabs anywhere do not count.</summary>
    private static bool IsAllowedUrl(string value)
    {
        var read = new string([.. value.Where(c => c > ' ')]);
        return read.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || read.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || read.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase);
    }

    private static void CheckLink(IElement link, List<string> found)
    {
        if (!link.HasAttribute("href") || !link.HasAttribute("rel"))
            found.Add("<a> without href or rel");
        if (link.HasAttribute("target") == link.GetAttribute("href")!.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            found.Add("<a> with the wrong target");
        if (link.ParentElement!.Closest("a") is not null)
            found.Add("<a> inside <a>");
    }
}
