using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

public sealed partial class IncrementalMarkdown
{
    /// <summary>
    /// The open rest as if the reply ended here, to be shown after the pieces taken so far and to be replaced by what comes next. Take pieces first:
    /// what is certain and not yet taken is part of it.
    /// </summary>
    /// <returns>Balanced HTML for the place that <see cref="DraftHtml.Context"/> names; empty when there is nothing to show.</returns>
    public DraftHtml Draft() => (_plainTo, _renderer.Begun) switch
    {
        _ when _isComplete => new("", DraftContext.Block),
        ({ } written, _) => new(TextOf(Tail(written)), DraftContext.Preformatted),
        (_, { Block: FencedCodeBlock fence }) => new(LineOf(fence), DraftContext.Preformatted),
        (_, { Block: Table table } begun) => new(RowsOf(table, begun.Start), DraftContext.TableBody),
        (_, { Block: ListBlock }) => new(Render(Tail(_renderer.Rendered)), DraftContext.List),
        _ => new(Render(Tail(_renderer.Rendered)), DraftContext.Block),
    };

    private string Tail(int from)
    {
        // Half a character is not shown until the other half is there.
        var length = _text.Length - from - (_text.Length > from && char.IsHighSurrogate(_text[^1]) ? 1 : 0);
        return _text.ToString(from, length);
    }

    private string Render(string markdown)
    {
        if (string.IsNullOrWhiteSpace(markdown))
            return "";
        using var html = new HtmlBuffer((2 * markdown.Length) + 64);
        var renderer = new BlockwiseRenderer(html);
        renderer.Adopt(_renderer);
        renderer.Read(markdown, offset: 0, isEnd: true);
        renderer.Finish();
        while (renderer.ReleaseNext())
        {
        }

        if (renderer.PlainFrom is { } plain)
            PlainText.Write(html, markdown.AsSpan(plain));
        return html.ToString();
    }

    private static string TextOf(string text)
    {
        using var html = new HtmlBuffer(text.Length + 16);
        html.Text(text);
        return html.ToString();
    }

    /// <summary>The line of code that has begun, unless it may become the one that closes the fence.</summary>
    private string LineOf(FencedCodeBlock fence)
    {
        var line = Tail(_renderer.Rendered);
        var indent = Math.Min(fence.IndentCount, line.Length - line.AsSpan().TrimStart(' ').Length);
        return line.AsSpan().Trim().TrimStart(fence.FencedChar).IsEmpty ? "" : TextOf(line[indent..]);
    }

    /// <summary>
    /// Rows are rendered below the table's own header, which is cut off again. Blocks that come after the table wait when something in one
    /// of its rows does; they are shown in a row of their own.
    /// </summary>
    private string RowsOf(Table table, int start)
    {
        const string Body = "<tbody>\n";
        const string End = "</table>\n";
        // A pipe that has just come encloses a cell or is the first of a row; alone it would be text below the table.
        var tail = Tail(_renderer.Rendered).TrimEnd('|');
        var header = _text.ToString(start, _renderer.StartOf(table[0].Line + 2) - start);
        var html = Render(header + tail);
        var end = html.IndexOf(End, StringComparison.Ordinal);
        if (string.IsNullOrWhiteSpace(tail) || end < 0)
            return "";

        var body = html.IndexOf(Body, 0, end, StringComparison.Ordinal);
        var rows = body < 0 ? "" : html[(body + Body.Length)..html.LastIndexOf("</tbody>", end, StringComparison.Ordinal)];
        var after = html[(end + End.Length)..];
        return after.Length == 0 ? rows : $"{rows}<tr>\n<td colspan=\"{table.ColumnDefinitions.Count}\">{after}</td>\n</tr>\n";
    }
}

/// <summary>What a reply holds so far beyond its final pieces.</summary>
/// <param name="Html">Balanced HTML, only of elements that final HTML may hold as well (and colspan on a table's cell); or nothing.</param>
/// <param name="Context">Where it belongs.</param>
public readonly record struct DraftHtml(string Html, DraftContext Context);

/// <summary>What the pieces handed out so far have left open, and so what kind of element may stand around a draft.</summary>
public enum DraftContext
{
    /// <summary>Nothing is open. The draft is blocks: a div may hold it.</summary>
    Block,

    /// <summary>A <c>pre</c>, and in code its <c>code</c>, is open. The draft is text: a span may hold it.</summary>
    Preformatted,

    /// <summary>A table is open: its head or its body. The draft is rows: a tbody of its own may hold it, and a browser closes what stands before.</summary>
    TableBody,

    /// <summary>A list is open. The draft is blocks, most often a list that goes on numbering: an li without a marker may hold it.</summary>
    List,
}
