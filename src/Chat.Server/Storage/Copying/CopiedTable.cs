namespace Chat.Server.Storage.Copying;

/// <summary>
/// A table as the copy of a store knows it: declared by the capability that owns it, in its own folder, with every column.
/// The statements are made of that declaration once and for all, never of input; tests find them as they find any other.
/// </summary>
internal sealed class CopiedTable
{
    // SQL Server takes 2,100 parameters in a statement. Both clients look for each of them by its name among all the others:
    // more than a few hundred cost more than the next statement does.
    private const int MostParameters = 250, MostRows = 20;

    /// <summary>The table's name.</summary>
    public required string Name { get; init; }

    /// <summary>Every column. The first is a whole number, and rows are read in its order.</summary>
    public required IReadOnlyList<CopiedColumn> Columns { get; init; }

    /// <summary>How many of the first columns it takes to tell a row from every other.</summary>
    public int KeyColumns { get; init; } = 1;

    /// <summary>Whether the engine numbers the rows. A copy keeps their numbers, as other rows refer to them.</summary>
    public bool IsNumbered { get; init; } = true;

    /// <summary>What never changes of a row: where it differs under one number, the rows have nothing to do with each other.</summary>
    public IReadOnlyList<string> Birthmarks { get; init; } = [];

    /// <summary>Whether a row stays as long as its channel does.</summary>
    public bool IsAppendOnly { get; init; }

    /// <summary>Amounts whose sums are compared and shown after a copy.</summary>
    public IReadOnlyList<string> Sums { get; init; } = [];

    /// <summary>How many rows <see cref="InsertMany"/> takes.</summary>
    public int RowsAtOnce => Math.Min(MostRows, MostParameters / Columns.Count);

    /// <summary>Rows after <c>@after</c> in the order of the first column: at most <c>@limit</c>, or all of the next number where several rows have it.</summary>
    public Sql Page => field ??= KeyColumns > 1
        ? Sql.Portable($"SELECT {ColumnList} FROM dbo.{Name} WHERE {First} = (SELECT MIN({First}) FROM dbo.{Name} WHERE {First} > @after);")
        : Sql.Of(
            sqlite: $"SELECT {ColumnList} FROM {Name} WHERE {First} > @after ORDER BY {First} LIMIT @limit;",
            sqlServer: $"SELECT TOP (@limit) {ColumnList} FROM dbo.{Name} WHERE {First} > @after ORDER BY {First};");

    /// <summary>Adds one row; parameters are <c>@p0</c> and on, in the order of the columns.</summary>
    public Sql InsertOne => field ??= Insert(1);

    /// <summary>Adds <see cref="RowsAtOnce"/> rows, one after the other in the parameters.</summary>
    public Sql InsertMany => field ??= Insert(RowsAtOnce);

    /// <summary>Writes all of a row but its key.</summary>
    public Sql Update => field ??= Sql.Portable(
        $"UPDATE dbo.{Name} SET {string.Join(", ", Columns.Skip(KeyColumns).Select((column, index) => $"{column.Name} = @p{index + KeyColumns}"))} WHERE {Key};");

    /// <summary>Deletes one row by its key.</summary>
    public Sql Delete => field ??= Sql.Portable($"DELETE FROM dbo.{Name} WHERE {Key};");

    /// <summary>How many rows there are, and the sums of <see cref="Sums"/>.</summary>
    public Sql Totals => field ??= Sql.Portable(
        $"SELECT COUNT(*) AS row_count{string.Concat(Sums.Select(column => $", COALESCE(SUM({column}), 0) AS {column}"))} FROM dbo.{Name};");

    /// <summary>The highest number that the engine has ever given a row, deleted ones included. An unused counter of SQL Server says 1.</summary>
    public Sql HighestNumber => field ??= IsNumbered
        ? Sql.Of(
            sqlite: $"SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '{Name}'), 0);",
            sqlServer: $"""
                SELECT CASE WHEN IDENT_CURRENT(N'dbo.{Name}') > 1 THEN CAST(IDENT_CURRENT(N'dbo.{Name}') AS bigint) ELSE COALESCE(MAX({First}), 0) END
                FROM dbo.{Name};
                """)
        : Sql.Portable($"SELECT COALESCE(MAX({First}), 0) FROM dbo.{Name};");

    /// <summary>Lets the engine's numbers go on after the highest row. SQLite does so by itself.</summary>
    public Sql Renumber => field ??= IsNumbered
        ? Sql.Of(sqlite: "SELECT 0;", sqlServer: $"DBCC CHECKIDENT (N'dbo.{Name}', RESEED) WITH NO_INFOMSGS;")
        : Sql.Portable("SELECT 0;");

    /// <summary>Every statement by name.</summary>
    public IEnumerable<(string Name, Sql Sql)> Statements =>
    [
        (nameof(Page), Page), (nameof(InsertOne), InsertOne), (nameof(InsertMany), InsertMany), (nameof(Update), Update), (nameof(Delete), Delete),
        (nameof(Totals), Totals), (nameof(HighestNumber), HighestNumber), (nameof(Renumber), Renumber),
    ];

    private string First => Columns[0].Name;

    private string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    private string Key => string.Join(" AND ", Columns.Take(KeyColumns).Select((column, index) => $"{column.Name} = @p{index}"));

    /// <summary>Where a row stands among the others: by its key, texts unit by unit.</summary>
    public int CompareKeys(object?[] one, object?[] other)
    {
        for (var column = 0; column < KeyColumns; column++)
        {
            var order = one[column] is string text ? string.CompareOrdinal(text, (string?)other[column]) : ((long)one[column]!).CompareTo((long)other[column]!);
            if (order != 0)
                return order;
        }

        return 0;
    }

    /// <summary>A row's value of a column.</summary>
    public object? ValueOf(object?[] row, string column)
    {
        for (var index = 0; index < Columns.Count; index++)
        {
            if (Columns[index].Name == column)
                return row[index];
        }

        throw new ArgumentException($"{Name} has no column {column}.", nameof(column));
    }

    private Sql Insert(int rows)
    {
        var values = string.Join(", ", Enumerable.Range(0, rows).Select(row => $"({string.Join(", ", Columns.Select((_, index) => $"@p{(row * Columns.Count) + index}"))})"));
        var insert = $"INSERT INTO dbo.{Name} ({ColumnList}) VALUES {values};";
        return IsNumbered
            ? Sql.Of(
                sqlite: insert.Replace("dbo.", "", StringComparison.Ordinal),
                sqlServer: $"SET XACT_ABORT ON; SET IDENTITY_INSERT dbo.{Name} ON; {insert} SET IDENTITY_INSERT dbo.{Name} OFF;")
            : Sql.Portable(insert);
    }
}
