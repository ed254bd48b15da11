using AngleSharp.Html.Parser;
using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>A page that appends final pieces and shows the newest draft in an element of its own, as a consumer does.</summary>
internal static class DraftPage
{
    private static readonly HtmlParser Parser = new(new HtmlParserOptions { IsKeepingSourceReferences = false });

    /// <summary>What is wrong with a draft in its place, in words; null when nothing is.</summary>
    public static string? Fault(string taken, DraftHtml draft)
    {
        var (open, close) = draft.Context switch
        {
            DraftContext.Preformatted => ("<span id=\"draft\">", "</span>"),
            DraftContext.TableBody => ("<tbody id=\"draft\">", "</tbody>"),
            DraftContext.List => ("<li id=\"draft\">", "</li>"),
            _ => ("<div id=\"draft\">", "</div>"),
        };
        if (Unbalanced(draft.Html) is { } tag)
            return $"Draft is not balanced at {tag}: {draft.Html}";
        if (HtmlAllowList.Violations(Alone(draft)) is [var violation, ..])
            return $"Draft holds {violation}: {draft.Html}";

        var document = Parser.ParseDocument($"<!doctype html><html><head></head><body><div id=\"root\">{taken}{open}{draft.Html}{close}");
        var element = document.GetElementById("draft");
        var parent = element?.ParentElement?.LocalName;
        var isInPlace = draft.Context switch
        {
            DraftContext.Preformatted => parent is "code" or "pre",
            DraftContext.TableBody => parent is "table",
            DraftContext.List => parent is "ul" or "ol",
            _ => element?.ParentElement?.Id is "root",
        };
        if (!isInPlace)
            return $"Draft stands in {parent}, not as {draft.Context}: {taken} + {draft.Html}";

        // Whatever a browser moves out of the draft's element would be left behind when the draft is hidden.
        var inside = element!.InnerHtml;
        var expected = Parser.ParseFragment(draft.Html, element);
        var wanted = string.Concat(expected.Select(node => AngleSharp.FormatExtensions.ToHtml(node)));
        return inside == wanted ? null : $"Draft is read as {inside}, not {wanted}";
    }

    private static string Alone(DraftHtml draft) => draft.Context switch
    {
        DraftContext.TableBody => $"<table><tbody>{WithoutSpan(draft.Html)}</tbody></table>",
        DraftContext.Preformatted => $"<pre><code>{draft.Html}</code></pre>",
        _ => draft.Html,
    };

    /// <summary>colspan is the one attribute that only drafts have; of a cell that holds what comes after the table.</summary>
    private static string WithoutSpan(string rows)
    {
        var at = rows.IndexOf(" colspan=\"", StringComparison.Ordinal);
        return at < 0 ? rows : rows.Remove(at, rows.IndexOf('>', at) - at);
    }

    /// <summary>The first tag that closes nothing or is not closed.</summary>
    private static string? Unbalanced(string html)
    {
        var open = new Stack<string>();
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0; at = html.IndexOf('<', at + 1))
        {
            var end = html.IndexOf('>', at);
            if (end < 0)
                return html[at..];
            var tag = html[(at + 1)..end];
            if (tag is "hr /" or "br /")
                continue;
            if (!tag.StartsWith('/'))
                open.Push(tag.Split(' ')[0]);
            else if (!open.TryPop(out var name) || name != tag[1..])
                return tag;
        }

        return open.TryPop(out var unclosed) ? unclosed : null;
    }
}
