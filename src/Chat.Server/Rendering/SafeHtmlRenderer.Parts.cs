using System.Diagnostics;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>
/// Lists, tables and code, part by part: an opening, then items, rows or lines in order, then a closing. A block written whole is written
/// by the same methods.
/// </summary>
internal sealed partial class SafeHtmlRenderer
{
    /// <summary>No closing is longer, in characters.</summary>
    public const int LongestClosing = 24;

    /// <summary>Writes what stands before the first part.</summary>
    public void Open(Block block)
    {
        html.EndLine();
        switch (block)
        {
            case ListBlock list:
                OpenList(list);
                break;
            case Table:
                html.Raw("<table>\n<thead>\n");
                break;
            case CodeBlock code:
                html.Raw("<pre><code");
                if (code is FencedCodeBlock fence && CodeLanguages.ClassOf(fence.Info) is { } language)
                {
                    html.Raw(" class=\"");
                    html.Raw(language);
                    html.Raw("\"");
                }

                html.Raw(">");
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Writes one item of a list or row of a table.</summary>
    /// <param name="block">The list or table.</param>
    /// <param name="index">Which of its children.</param>
    /// <param name="isLoose">Of a list: whether its items' paragraphs are marked as such.</param>
    public void WritePart(ContainerBlock block, int index, bool isLoose)
    {
        if (block is Table table)
            WriteRow(table, index);
        else
            WriteItem((ListItemBlock)block[index], isLoose);
    }

    /// <summary>Writes one line of code.</summary>
    public void WriteLine(CodeBlock code, int index)
    {
        html.Text(code.Lines.Lines[index].Slice.AsSpan());
        html.Raw("\n");
    }

    /// <summary>Writes what stands after the last part.</summary>
    public void Close(Block block) => html.Raw(block switch
    {
        ListBlock list => list.IsOrdered ? "</ol>\n" : "</ul>\n",
        Table table => table.Count > 1 ? "</tbody>\n</table>\n" : "</thead>\n</table>\n",
        CodeBlock => "</code></pre>\n",
        _ => throw new UnreachableException(),
    });

    private void OpenList(ListBlock list)
    {
        if (!list.IsOrdered)
            html.Raw("<ul>\n");
        else if (int.TryParse(list.OrderedStart, out var start) && start != 1)
            html.Raw($"<ol start=\"{start}\">\n");
        else
            html.Raw("<ol>\n");
    }
}
