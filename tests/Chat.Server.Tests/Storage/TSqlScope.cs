using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>What a name in front of a column stands for. Columns are null when an earlier fault left them unknown.</summary>
internal sealed record TSqlSource(string Alias, IReadOnlyList<TSqlColumn>? Columns, bool IsTable);

/// <summary>The sources that a part of a statement sees, innermost first.</summary>
internal sealed record TSqlScope(IReadOnlyList<TSqlSource> Sources, TSqlScope? Outer, bool QualifiedOnly = false)
{
    /// <summary>The column, or the reason why there is none.</summary>
    public (TSqlColumn? Column, string? Fault) Find(IReadOnlyList<string> parts) => parts switch
    {
        [var column] => FindBare(column),
        [var alias, var column] => FindIn(alias, column),
        _ => (null, $"Column {string.Join('.', parts)} has more than two parts."),
    };

    private (TSqlColumn? Column, string? Fault) FindBare(string name)
    {
        if (QualifiedOnly)
            return (null, $"Column {name} in OUTPUT is neither inserted. nor deleted.");
        var found = Sources.Where(source => source.Columns is null || source.Columns.Any(column => column.Name == name)).ToList();
        return found switch
        {
            [] when Outer is null => (null, $"Unknown column {name}."),
            [] => Outer.Find([name]),
            [var source] => (source.Columns?.First(column => column.Name == name), null),
            _ => (null, $"Ambiguous column {name}."),
        };
    }

    private (TSqlColumn? Column, string? Fault) FindIn(string alias, string name)
    {
        var source = Sources.FirstOrDefault(source => source.Alias == alias);
        if (source is null)
            return Outer?.Find([alias, name]) ?? (null, $"Unknown alias {alias}.");
        var column = source.Columns?.FirstOrDefault(column => column.Name == name);
        return (column, column is null && source.Columns is not null ? $"Unknown column {alias}.{name}." : null);
    }
}

/// <summary>Turns what stands in a FROM into sources.</summary>
internal sealed class TSqlSources(TSqlSchema schema, Action<string> fault)
{
    private readonly Dictionary<string, IReadOnlyList<TSqlColumn>> _ctes = new(StringComparer.Ordinal);

    /// <summary>The common table expressions of the statement that begins.</summary>
    public void SetCtes(IEnumerable<CommonTableExpression> ctes)
    {
        _ctes.Clear();
        foreach (var cte in ctes)
            _ctes[cte.ExpressionName.Value] = Renamed(OutputOf(cte.QueryExpression), cte.Columns);
    }

    public IReadOnlyList<TSqlSource> Of(FromClause? from) => [.. (from?.TableReferences ?? []).SelectMany(Of)];

    public TSqlSource OfTable(SchemaObjectName name, string? alias = null)
    {
        var table = name.BaseIdentifier.Value;
        if (name.SchemaIdentifier is null && _ctes.TryGetValue(table, out var columns))
            return new TSqlSource(alias ?? table, columns, IsTable: false);
        if (name.SchemaIdentifier?.Value != "dbo" || name.DatabaseIdentifier is not null)
            fault($"Table {table} is not named as dbo.{table}.");
        var found = schema.Find(table);
        if (found is null)
            fault($"Unknown table {table}.");
        return new TSqlSource(alias ?? table, found, IsTable: true);
    }

    /// <summary>The names and types that a query gives.</summary>
    public IReadOnlyList<TSqlColumn> OutputOf(QueryExpression query) => query switch
    {
        QuerySpecification specification => OutputOf(specification),
        BinaryQueryExpression union => OutputOf(union.FirstQueryExpression),
        QueryParenthesisExpression parenthesis => OutputOf(parenthesis.QueryExpression),
        _ => [],
    };

    private IReadOnlyList<TSqlColumn> OutputOf(QuerySpecification query)
    {
        var scope = new TSqlScope(Of(query.FromClause), null);
        return [.. query.SelectElements.OfType<SelectScalarExpression>().Select(element =>
        {
            var parts = (element.Expression as ColumnReferenceExpression)?.MultiPartIdentifier?.Identifiers.Select(part => part.Value).ToList() ?? [];
            var column = parts.Count == 0 ? null : scope.Find(parts).Column;
            return new TSqlColumn(
                element.ColumnName?.Value ?? parts.LastOrDefault() ?? "", TypeOf(element.Expression, scope), Nullable: true, Generated: false, Collation: column?.Collation);
        })];
    }

    /// <summary>The type of an expression as SQL Server gives it; a parameter's is its own name, an unknown one empty.</summary>
    public string TypeOf(ScalarExpression expression, TSqlScope scope) => TSqlTypes.Of(
        expression,
        column => scope.Find([.. column.MultiPartIdentifier.Identifiers.Select(part => part.Value)]).Column?.Type ?? "",
        subquery => OutputOf(subquery) is [var only] ? only.Type : "");

    private IEnumerable<TSqlSource> Of(TableReference reference) => reference switch
    {
        NamedTableReference named => [OfTable(named.SchemaObject, named.Alias?.Value)],
        QueryDerivedTable derived => [new TSqlSource(derived.Alias.Value, Renamed(OutputOf(derived.QueryExpression), derived.Columns), IsTable: false)],
        JoinTableReference join => Of(join.FirstTableReference).Concat(Of(join.SecondTableReference)),
        JoinParenthesisTableReference parenthesis => Of(parenthesis.Join),
        _ => Unknown(reference),
    };

    private IEnumerable<TSqlSource> Unknown(TableReference reference)
    {
        fault($"{reference.GetType().Name} in FROM is not of our subset.");
        return [new TSqlSource((reference as TableReferenceWithAlias)?.Alias?.Value ?? "", null, IsTable: false)];
    }

    private static IReadOnlyList<TSqlColumn> Renamed(IReadOnlyList<TSqlColumn> columns, IList<Identifier> names) =>
        names.Count == 0 ? columns : [.. columns.Zip(names, (column, name) => column with { Name = name.Value })];
}
