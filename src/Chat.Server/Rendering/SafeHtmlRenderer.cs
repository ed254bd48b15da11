using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// Writes the parsed tree as HTML. It is a closed list: a kind of node that is not named here is a fault, never passed through, and every tag and
/// attribute is a constant of this type, of <see cref="CodeLanguages"/>, or a number. Markdig's own renderers are not used; where they are safe
/// the HTML is the same, character for character. Not safe for several threads; one instance renders one document.
/// </summary>
internal sealed partial class SafeHtmlRenderer(HtmlBuffer html)
{
    // Items of a tight list and cells of a table hold paragraphs that are not marked as such.
    private bool _bareParagraphs;

    /// <summary>Writes one block of the document's top level.</summary>
    /// <exception cref="OutputOverrunException">The HTML does not fit into the buffer's limit; what has been written of it must be taken back.</exception>
    public void Write(Block block) => Write(block, isFirst: false);

    private void Write(Block block, bool isFirst)
    {
        switch (block)
        {
            case ParagraphBlock paragraph:
                WriteParagraph(paragraph, isFirst);
                break;
            case HeadingBlock heading:
                WriteHeading(heading);
                break;
            case ListBlock list:
                WriteList(list);
                break;
            case QuoteBlock quote:
                WriteQuote(quote);
                break;
            case CodeBlock code:
                WriteCode(code);
                break;
            case ThematicBreakBlock:
                html.Raw("<hr />\n");
                break;
            case Table table:
                WriteTable(table);
                break;
            case BlankLineBlock:
                break;
            default:
                throw new NotSupportedException($"No HTML is allowed for {block.GetType().Name}.");
        }
    }

    private void WriteChildren(ContainerBlock container, bool bareParagraphs)
    {
        var outer = _bareParagraphs;
        _bareParagraphs = bareParagraphs;
        for (var i = 0; i < container.Count; i++)
            Write(container[i], isFirst: i == 0);
        _bareParagraphs = outer;
    }

    private void WriteParagraph(ParagraphBlock paragraph, bool isFirst)
    {
        if (_bareParagraphs)
        {
            WriteContent(paragraph);
            return;
        }

        if (!isFirst)
            html.EndLine();
        html.Raw("<p>");
        WriteContent(paragraph);
        html.Raw("</p>\n");
    }

    private void WriteHeading(HeadingBlock heading)
    {
        var (open, close) = heading.Level switch
        {
            1 => ("<h1>", "</h1>\n"),
            2 => ("<h2>", "</h2>\n"),
            3 => ("<h3>", "</h3>\n"),
            4 => ("<h4>", "</h4>\n"),
            5 => ("<h5>", "</h5>\n"),
            _ => ("<h6>", "</h6>\n"),
        };
        html.Raw(open);
        WriteContent(heading);
        html.Raw(close);
    }

    private void WriteList(ListBlock list)
    {
        Open(list);
        foreach (var item in list)
            WriteItem((ListItemBlock)item, list.IsLoose);
        Close(list);
    }

    private void WriteItem(ListItemBlock item, bool isLoose)
    {
        html.EndLine();
        html.Raw("<li>");
        WriteChildren(item, bareParagraphs: !isLoose);
        html.Raw("</li>\n");
    }

    private void WriteQuote(QuoteBlock quote)
    {
        html.EndLine();
        html.Raw("<blockquote>\n");
        WriteChildren(quote, bareParagraphs: false);
        html.EndLine();
        html.Raw("</blockquote>\n");
    }

    private void WriteCode(CodeBlock code)
    {
        Open(code);
        for (var i = 0; i < code.Lines.Count; i++)
            WriteLine(code, i);
        Close(code);
    }

    private void WriteContent(LeafBlock leaf)
    {
        if (leaf.Inline is not null)
        {
            WriteInlines(leaf.Inline);
            return;
        }

        // InlineGuard kept this block from being parsed for inlines.
        for (var i = 0; i < leaf.Lines.Count; i++)
        {
            if (i > 0)
                html.Raw("\n");
            html.Text(leaf.Lines.Lines[i].Slice.AsSpan());
        }
    }
}
