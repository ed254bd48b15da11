using Markdig.Extensions.TaskLists;
using Markdig.Syntax.Inlines;

namespace Chat.Server.Rendering;

internal sealed partial class SafeHtmlRenderer
{
    /// <summary>Emphasis inside emphasis that is marked up; browsers give up on trees of some hundred levels.</summary>
    private const int MaxMarkedDepth = 32;

    /// <summary>Inlines inside one another that are followed at all: 500 take some 140 KB of stack.</summary>
    private const int MaxDepth = 500;

    /// <summary>Characters of URLs that come out of definitions, in one document: a definition is written once and paid for at every use.</summary>
    private const int MaxReferencedUrls = 16 * 1024;

    private const string RelAttribute = "\" rel=\"noopener noreferrer nofollow ugc\"";

    private int _referencedUrls;
    private int _depth;
    private bool _inLink;
    private bool _textOnly;

    private bool Marks => !_textOnly && _depth <= MaxMarkedDepth;

    private void WriteInlines(ContainerInline container)
    {
        if (++_depth > MaxDepth)
            throw new OutputOverrunException();
        for (var inline = container.FirstChild; inline is not null; inline = inline.NextSibling)
            Write(inline);
        _depth--;
    }

    private void Write(Inline inline)
    {
        switch (inline)
        {
            case LiteralInline literal:
                html.Text(literal.Content.AsSpan());
                break;
            case LineBreakInline lineBreak:
                html.Raw(lineBreak.IsHard && Marks ? "<br />\n" : "\n");
                break;
            case CodeInline code:
                WriteCode(code);
                break;
            case EmphasisInline emphasis:
                WriteEmphasis(emphasis);
                break;
            case LinkInline link:
                WriteLink(link);
                break;
            case AutolinkInline link:
                WriteLink(link);
                break;
            case HtmlEntityInline entity:
                html.Text(entity.Transcoded.AsSpan());
                break;
            case TaskList task:
                // A glyph, not a checkbox: a control that can do nothing is in the way of a keyboard and would need a name of its own.
                html.Raw(task.Checked ? "\u2611" : "\u2610");
                break;
            case DelimiterInline delimiter:
                html.Text(delimiter.ToLiteral());
                WriteInlines(delimiter);
                break;
            case ContainerInline container when container.GetType() == typeof(ContainerInline):
                WriteInlines(container);
                break;
            default:
                throw new NotSupportedException($"No HTML is allowed for {inline.GetType().Name}.");
        }
    }

    private void WriteCode(CodeInline code)
    {
        var marks = Marks;
        if (marks)
            html.Raw("<code>");
        html.Text(code.ContentSpan);
        if (marks)
            html.Raw("</code>");
    }

    private void WriteEmphasis(EmphasisInline emphasis)
    {
        if (!Marks)
        {
            WriteInlines(emphasis);
            return;
        }

        var (open, close) = (emphasis.DelimiterChar, emphasis.DelimiterCount) switch
        {
            ('~', _) => ("<del>", "</del>"),
            (_, 2) => ("<strong>", "</strong>"),
            _ => ("<em>", "</em>"),
        };
        html.Raw(open);
        WriteInlines(emphasis);
        html.Raw(close);
    }

    private void WriteLink(LinkInline link)
    {
        if (Judge(link.Url, link.Reference is not null) is not { } target)
        {
            WriteText(link);
            return;
        }

        OpenLink(target);
        var before = html.Length;
        if (link.IsImage)
            WriteText(link);
        else
            WriteInlines(link);
        // An image may lack a description; a link to it must have something to click.
        if (link.IsImage && html.Length == before)
            html.Text(link.Url);
        CloseLink();
    }

    private void WriteLink(AutolinkInline link)
    {
        var target = Judge(link.IsEmail ? "mailto:" + link.Url : link.Url, isReference: false);
        if (target is not null)
            OpenLink(target.Value);
        html.Text(link.Url);
        if (target is not null)
            CloseLink();
    }

    /// <summary>What a link or image says, without its target; an image's description is text only, as its alt attribute would be.</summary>
    private void WriteText(LinkInline link)
    {
        var outer = _textOnly;
        _textOnly |= link.IsImage;
        WriteInlines(link);
        _textOnly = outer;
    }

    private LinkTarget? Judge(string? url, bool isReference)
    {
        // HTML has no link inside a link.
        if (_inLink || !Marks || LinkPolicy.Judge(url) is not { } target)
            return null;
        if (!isReference)
            return target;

        _referencedUrls += target.Href.Length;
        return _referencedUrls <= MaxReferencedUrls ? target : null;
    }

    private void OpenLink(LinkTarget target)
    {
        html.Raw("<a href=\"");
        html.Url(target.Href);
        html.Raw(RelAttribute);
        html.Raw(target.IsWeb ? " target=\"_blank\">" : ">");
        _inLink = true;
    }

    private void CloseLink()
    {
        html.Raw("</a>");
        _inLink = false;
    }
}
