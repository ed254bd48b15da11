using System.Text;
using Chat.Client;

namespace Chat.Widget.Transcript;

/// <summary>
/// Turns an answer's events into HTML that only ever grows and still shows each text once. A draft is hidden by what comes after it: the next draft, or a
/// mark that is written just before the final text. Each is of the kind of element that may stand at its place, so that the parser
/// builds what it would build of the final HTML alone. The stylesheet's side of this is the section "An answer that is being made".
/// </summary>
internal sealed class AnswerWriter(StringBuilder page)
{
    private readonly OpenElements _open = new();
    private int _written;
    private int _skip;
    private bool _hasMarks;
    private bool _hasBegun;

    /// <summary>The answer is read again from its beginning, after a connection that broke: what is there already is passed over.</summary>
    public void Restart() => _skip = _written;

    /// <summary>Adds a final piece.</summary>
    public void Block(string html)
    {
        var passed = Math.Min(_skip, html.Length);
        _skip -= passed;
        var rest = html[passed..];
        if (rest.Length == 0)
            return;
        Begin();
        if (_hasMarks)
            Mark("cut");
        _hasMarks = false;
        page.Append(rest);
        _open.Read(rest);
        _written += rest.Length;
    }

    /// <summary>Shows what is not yet final, in the place of the draft before.</summary>
    public void Draft(string html)
    {
        if (_skip > 0 || html.Length == 0)
            return;
        Begin();
        var element = Element();
        page.Append('<').Append(element).Append(" class=\"draft\" aria-hidden=\"true\">").Append(html).Append("</").Append(element).Append('>');
        Mark("ok");
        _hasMarks = true;
    }

    /// <summary>A sign of life. The newest shows itself when no other has followed for a while: a link that loads the conversation again.</summary>
    public void Heartbeat(string encodedText)
    {
        var element = Element();
        var (before, after) = element == "tbody" ? ("<tr><td>", "</td></tr>") : ("", "");
        page.Append('<').Append(element).Append(" class=\"hb\">").Append(before)
            .Append("<a href=\"\" target=\"_self\">").Append(encodedText).Append("</a>")
            .Append(after).Append("</").Append(element).Append('>');
        // Not the mark of a draft: the typing sign goes when that comes.
        Mark("on");
        _hasMarks = true;
    }

    /// <summary>The answer is over: what is missing of it is added, and no draft stays.</summary>
    public void End(ChatReply reply)
    {
        if (reply.ReplyHtml.Length > _written)
        {
            _skip = 0;
            Block(reply.ReplyHtml[_written..]);
        }

        if (_hasMarks)
            Mark("cut");
        _hasMarks = false;
    }

    /// <summary>There will be no more: drafts go.</summary>
    public void Abandon()
    {
        Begin();
        if (_hasMarks)
            Mark("cut");
        _hasMarks = false;
    }

    // Hides the typing sign, which stands before all of this.
    private void Begin()
    {
        if (_hasBegun)
            return;
        _hasBegun = true;
        page.Append("<i class=\"ok\"></i>");
    }

    private void Mark(string name)
    {
        var element = _open.Place switch { Place.Table => "tbody", Place.List => "li", _ => "i" };
        page.Append('<').Append(element).Append(" class=\"").Append(name).Append("\"></").Append(element).Append('>');
    }

    private string Element() => _open.Place switch
    {
        Place.Table => "tbody",
        Place.List => "li",
        Place.Text => "span",
        _ => "div",
    };
}
