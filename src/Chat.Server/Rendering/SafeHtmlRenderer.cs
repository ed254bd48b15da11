using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// Writes the parsed tree as HTML. It is a closed list: a kind of node that is not named here is a fault, never passed through, and every tag and
/// attribute is a constant of this type, of <see cref="CodeLanguages"/>, or a number. Markdig's own renderers are not used; where they are safe
/// the HTML is the same, character for character. Not safe for several threads; one instance renders one document.
/// </summary>
internal sealed partial class SafeHtmlRenderer(HtmlBuffer html, MarkdownDocument document)
{
    // Items of a tight list and cells of a table hold paragraphs that are not marked as such.
    private bool _bareParagraphs;

    /// <summary>Writes one block of the document's top level.</summary>
    /// <returns>False when the HTML does not fit into the buffer's limit; what has been written of it must be taken back.</returns>
    public bool TryWrite(Block block)
    {
        try
        {
            Write(block, isFirst: false);
            return true;
        }
        catch (OutputOverrunException)
        {
            return false;
        }
    }

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
            case LinkReferenceDefinitionGroup or BlankLineBlock:
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
        html.EndLine();
        if (!list.IsOrdered)
            html.Raw("<ul>\n");
        else if (int.TryParse(list.OrderedStart, out var start) && start != 1)
            html.Raw($"<ol start=\"{start}\">\n");
        else
            html.Raw("<ol>\n");

        foreach (var item in list)
        {
            html.EndLine();
            html.Raw("<li>");
            WriteChildren((ListItemBlock)item, bareParagraphs: !list.IsLoose);
            html.Raw("</li>\n");
        }

        html.Raw(list.IsOrdered ? "</ol>\n" : "</ul>\n");
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
        html.EndLine();
        html.Raw("<pre><code");
        if (code is FencedCodeBlock fence && CodeLanguages.ClassOf(fence.Info) is { } language)
        {
            html.Raw(" class=\"");
            html.Raw(language);
            html.Raw("\"");
        }

        html.Raw(">");
        for (var i = 0; i < code.Lines.Count; i++)
        {
            html.Text(code.Lines.Lines[i].Slice.AsSpan());
            html.Raw("\n");
        }

        html.Raw("</code></pre>\n");
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
