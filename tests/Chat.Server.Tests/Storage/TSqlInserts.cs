using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>What only SQL Server itself would say of an INSERT, when it runs.</summary>
internal static class TSqlInserts
{
    public static IEnumerable<string> FaultsOf(InsertSpecification insert, string table, IReadOnlyList<TSqlColumn> columns)
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
        if (insert.InsertSource is ValuesInsertSource values && values.RowValues.Any(row => row.ColumnValues.Count != named.Count))
            yield return $"INSERT INTO {table} lists {named.Count} columns and another number of values.";
    }
}
