using Markdig.Extensions.Tables;

namespace Chat.Server.Rendering;

internal sealed partial class SafeHtmlRenderer
{
    private void WriteTable(Table table)
    {
        Open(table);
        for (var i = 0; i < table.Count; i++)
            WriteRow(table, i);
        Close(table);
    }

    /// <summary>The first row is the header, and the only one: see <see cref="TableParser"/>.</summary>
    private void WriteRow(Table table, int index)
    {
        if (index == 1)
            html.Raw("</thead>\n<tbody>\n");
        WriteRow((TableRow)table[index], table.ColumnDefinitions);
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
