using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>What only SQL Server itself would say of an INSERT, when it runs.</summary>
internal static class TSqlInserts
{
    public static IEnumerable<string> FaultsOf(InsertSpecification insert, string table, IReadOnlyList<TSqlColumn> columns, bool numbersAreGiven)
    {
        var named = insert.Columns.Select(column => column.MultiPartIdentifier.Identifiers[^1].Value).ToList();
        if (named.Count == 0)
            yield return $"INSERT INTO {table} lists no columns.";
        foreach (var unknown in named.Except(columns.Select(column => column.Name)))
            yield return $"Unknown column {unknown} of {table}.";
        foreach (var missing in columns.Where(column => !column.Nullable && !column.Generated).Select(column => column.Name).Except(named))
            yield return $"INSERT INTO {table} gives no value for {missing}.";
        if (named.Count != named.Distinct().Count())
            yield return $"INSERT INTO {table} names a column twice.";
        foreach (var counted in columns.Where(column => column.Counts && !numbersAreGiven && named.Contains(column.Name)))
            yield return $"INSERT INTO {table} gives {counted.Name}, which is counted up.";
        foreach (var values in RowsOf(insert.InsertSource))
        {
            if (values.Count != named.Count)
                yield return $"INSERT INTO {table} lists {named.Count} columns and another number of values.";
            foreach (var (name, _) in named.Zip(values).Where(pair => pair.Second is NullLiteral && columns.Any(column => column.Name == pair.First && !column.Nullable)))
                yield return $"INSERT INTO {table} gives null for {name}.";
        }
    }

    private static IEnumerable<IReadOnlyList<ScalarExpression?>> RowsOf(InsertSource source) => source switch
    {
        ValuesInsertSource values => values.RowValues.Select(row => (IReadOnlyList<ScalarExpression?>)[.. row.ColumnValues]),
        SelectInsertSource select => SpecificationsOf(select.Select).Select(query =>
            (IReadOnlyList<ScalarExpression?>)[.. query.SelectElements.Select(element => (element as SelectScalarExpression)?.Expression)]),
        _ => [],
    };

    private static IEnumerable<QuerySpecification> SpecificationsOf(QueryExpression query) => query switch
    {
        QuerySpecification specification => [specification],
        BinaryQueryExpression binary => SpecificationsOf(binary.FirstQueryExpression).Concat(SpecificationsOf(binary.SecondQueryExpression)),
        QueryParenthesisExpression parenthesis => SpecificationsOf(parenthesis.QueryExpression),
        _ => [],
    };
}
