using Markdig.Extensions.Tables;

namespace Chat.Server.Rendering;

internal sealed partial class SafeHtmlRenderer
{
    private void WriteTable(Table table)
    {
        html.EndLine();
        html.Raw("<table>\n");
        var hasBody = false;
        for (var i = 0; i < table.Count; i++)
        {
            var row = (TableRow)table[i];
            if (i == 0 && row.IsHeader)
                html.Raw("<thead>\n");
            if (!row.IsHeader && !hasBody)
            {
                html.Raw(i > 0 ? "</thead>\n<tbody>\n" : "<tbody>\n");
                hasBody = true;
            }

            WriteRow(row, table.ColumnDefinitions);
        }

        html.Raw(hasBody ? "</tbody>\n</table>\n" : "</thead>\n</table>\n");
    }

    private void WriteRow(TableRow row, List<TableColumnDefinition> columns)
    {
        html.Raw("<tr>\n");
        for (var i = 0; i < row.Count; i++)
        {
            html.Raw(row.IsHeader ? "<th scope=\"col\"" : "<td");
            // Alignment is a class: a strict content security policy refuses the style attribute that Markdig would write.
            html.Raw(i >= columns.Count ? ">" : columns[i].Alignment switch
            {
                TableColumnAlign.Left => " class=\"align-left\">",
                TableColumnAlign.Center => " class=\"align-center\">",
                TableColumnAlign.Right => " class=\"align-right\">",
                _ => ">",
            });
            WriteChildren((TableCell)row[i], bareParagraphs: true);
            html.Raw(row.IsHeader ? "</th>\n" : "</td>\n");
        }

        html.Raw("</tr>\n");
    }
}
