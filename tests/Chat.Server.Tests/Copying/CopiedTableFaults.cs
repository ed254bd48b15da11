using Chat.Server.Storage.Copying;
using Chat.Server.Tests.Storage;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Copying;

/// <summary>What a list of copied tables lacks of a schema, or says wrongly of it.</summary>
internal static class CopiedTableFaults
{
    public static IReadOnlyList<string> Of(IReadOnlyList<CopiedTable> tables, IEnumerable<string> leftOut, TSqlSchema schema) =>
    [
        .. schema.Tables.Except(tables.Select(table => table.Name)).Except(leftOut).Select(table => $"{table} is neither copied nor left out."),
        .. tables.Select(table => table.Name).Concat(leftOut).GroupBy(name => name).Where(group => group.Count() > 1).Select(group => $"{group.Key} is there twice."),
        .. tables.SelectMany((table, position) => schema.Find(table.Name) is { } columns
            ? [.. FaultsOf(table, columns), .. KeyFaults(table, schema), .. ReferenceFaults(table, [.. tables.Take(position).Select(earlier => earlier.Name)], schema)]
            : (IEnumerable<string>)[$"{table.Name} is no table."]),
    ];

    private static IEnumerable<string> FaultsOf(CopiedTable table, IReadOnlyList<TSqlColumn> columns)
    {
        var declared = table.Columns.Select(column => $"{column.Name} {column.Kind}").ToList();
        var there = columns.Select(column => $"{column.Name} {KindOf(column.Type)}").ToList();
        foreach (var missing in there.Except(declared))
            yield return $"{table.Name} lacks {missing}.";
        foreach (var unknown in declared.Except(there))
            yield return $"{table.Name} has no {unknown}.";
        foreach (var name in table.Birthmarks.Concat(table.Sums).Append(table.IsAppendOnly ? "channel_id" : table.Columns[0].Name))
        {
            if (columns.All(column => column.Name != name))
                yield return $"{table.Name} names {name}, which it has not.";
        }
    }

    private static IEnumerable<string> KeyFaults(CopiedTable table, TSqlSchema schema)
    {
        var key = schema.Constraints.Where(constraint => constraint.Table == table.Name)
            .Where(constraint => constraint.Constraint is UniqueConstraintDefinition { IsPrimaryKey: true })
            .SelectMany(constraint => constraint.Column is { } column
                ? [column]
                : ((UniqueConstraintDefinition)constraint.Constraint).Columns.Select(part => part.Column.MultiPartIdentifier.Identifiers[^1].Value));
        // More than the key tells rows apart as well.
        if (key.Except(table.Columns.Take(table.KeyColumns).Select(column => column.Name)).Any())
            yield return $"The key of {table.Name} is another.";
        if (table.Columns[0].Kind != ColumnKind.Number)
            yield return $"{table.Name} does not begin with a number.";
        if (schema.Find(table.Name)!.First(column => column.Name == table.Columns[0].Name).Generated != table.IsNumbered)
            yield return $"{table.Name} is wrong about who numbers its rows.";
    }

    private static IEnumerable<string> ReferenceFaults(CopiedTable table, IReadOnlyList<string> earlier, TSqlSchema schema) => schema.Constraints
        .Where(constraint => constraint.Table == table.Name)
        .Select(constraint => (constraint.Constraint as ForeignKeyConstraintDefinition)?.ReferenceTableName.BaseIdentifier.Value)
        .Where(referenced => referenced is not null && !earlier.Contains(referenced))
        .Select(referenced => $"{table.Name} is copied before {referenced}, which it refers to.");

    private static ColumnKind? KindOf(string type) => type switch
    {
        "bigint" or "int" or "smallint" or "tinyint" or "bit" => ColumnKind.Number,
        "nvarchar" or "nvarchar(max)" or "varchar" => ColumnKind.Text,
        "binary" or "varbinary" => ColumnKind.Bytes,
        "uniqueidentifier" => ColumnKind.Id,
        "datetime2" => ColumnKind.Time,
        _ => null,
    };
}
