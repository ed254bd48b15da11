using Markdig.Extensions.Tables;
using Markdig.Helpers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>One line of a table, taken apart.</summary>
internal static class TableRows
{
    private static readonly object PaddedCells = new();

    /// <summary>Cuts a line at its pipes, but for those after a backslash. A pipe at either end encloses a cell and opens none.</summary>
    public static List<StringSlice> Split(StringSlice line)
    {
        var cells = new List<StringSlice>();
        Trim(ref line);
        if (line.CurrentChar == '|')
            line.Start++;

        for (var i = line.Start; i <= line.End; i++)
        {
            var c = line.Text[i];
            if (c == '\\' && i < line.End && line.Text[i + 1] == '|')
                i++;
            else if (c == '|')
                Take(i);
        }

        if (!line.IsEmpty)
            Take(line.End + 1);
        return cells;

        void Take(int end)
        {
            var cell = new StringSlice(line.Text, line.Start, end - 1);
            Trim(ref cell);
            cells.Add(cell);
            line.Start = end + 1;
        }
    }

    /// <summary>The columns that a line of dashes describes; null for any other line, and for more than <see cref="ParsingLimits.MaxColumns"/>.</summary>
    public static List<TableColumnDefinition>? ParseDelimiters(StringSlice line)
    {
        var text = line.AsSpan();
        // Dashes alone underline a heading.
        if (text.ContainsAnyExcept("|-: \t") || !text.ContainsAny('|', ':'))
            return null;

        var cells = Split(line);
        if (cells.Count is 0 or > ParsingLimits.MaxColumns)
            return null;
        var columns = new List<TableColumnDefinition>(cells.Count);
        foreach (var cell in cells)
        {
            if (!TryAlign(cell.AsSpan(), out var alignment))
                return null;
            columns.Add(new TableColumnDefinition { Alignment = alignment });
        }

        return columns;
    }

    /// <summary>Adds a row; the table's first one is its header.</summary>
    /// <param name="table">The table, with its columns.</param>
    /// <param name="cells">From <see cref="Split"/>.</param>
    /// <param name="line">The index of the line in the document.</param>
    public static void Add(Table table, List<StringSlice> cells, int line)
    {
        var row = new TableRow { IsHeader = table.Count == 0, Line = line };
        foreach (var cell in cells.Take(table.ColumnDefinitions.Count))
            row.Add(ToCell(cell, line));

        var padded = table.GetData(PaddedCells) as int? ?? 0;
        var missing = Math.Min(table.ColumnDefinitions.Count - row.Count, ParsingLimits.MaxPaddedCells - padded);
        for (var i = 0; i < missing; i++)
            row.Add(new TableCell());
        if (missing > 0)
            table.SetData(PaddedCells, padded + missing);
        table.Add(row);
    }

    private static TableCell ToCell(StringSlice text, int line)
    {
        // An escaped pipe is a pipe to what the cell holds, code included.
        if (text.AsSpan().Contains("\\|", StringComparison.Ordinal))
            text = new StringSlice(text.ToString().Replace("\\|", "|", StringComparison.Ordinal));
        var content = new ParagraphBlock { Line = line };
        content.AppendLine(ref text, column: 0, line, sourceLinePosition: 0, trackTrivia: false);
        content.ProcessInlines = InlineGuard.Allows(content);
        return [content];
    }

    private static bool TryAlign(ReadOnlySpan<char> cell, out TableColumnAlign? alignment)
    {
        var left = cell.StartsWith(':');
        var right = cell.EndsWith(':');
        alignment = (left, right) switch
        {
            (true, true) => TableColumnAlign.Center,
            (true, false) => TableColumnAlign.Left,
            (false, true) => TableColumnAlign.Right,
            _ => null,
        };
        var dashes = cell.Trim(':');
        return !dashes.IsEmpty && !dashes.ContainsAnyExcept('-') && cell.Length - dashes.Length == (left ? 1 : 0) + (right ? 1 : 0);
    }

    private static void Trim(ref StringSlice slice)
    {
        slice.TrimStart();
        slice.TrimEnd();
    }
}
