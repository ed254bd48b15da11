using System.Text.RegularExpressions;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// A schema as lines of text that do not depend on the engine: columns with their kind and nullability, constraints by
/// name, references, indexes with their columns and filter. SQLite's is asked of a migrated database, SQL Server's read
/// from its scripts.
/// </summary>
internal static partial class LogicalSchema
{
    // The table of applied migrations is made by the migrator itself, before any script.
    private const string Bookkeeping = "schema_migrations";

    public static IReadOnlyList<string> OfSqlServer(IEnumerable<string> scripts)
    {
        var schema = TSqlSchema.Of(scripts);
        var columns = schema.Tables.SelectMany(table => schema.Find(table)!.Select(column => Column(table, column.Name, KindOf(column.Type), column.Nullable)));
        var constraints = schema.Constraints.Select(constraint => Constraint(constraint.Table, constraint.Constraint.ConstraintIdentifier.Value));
        var references = schema.Constraints.Where(constraint => constraint.Constraint is ForeignKeyConstraintDefinition)
            .Select(constraint => Reference(constraint.Table, constraint.Column, (ForeignKeyConstraintDefinition)constraint.Constraint));
        return [.. columns.Concat(constraints).Concat(references).Concat(schema.Indexes.Select(Index)).Order(StringComparer.Ordinal)];
    }

    public static IReadOnlyList<string> OfSqlite(TemporaryStore store)
    {
        List<string> lines = [];
        foreach (var table in store.Query($"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '{Bookkeeping}'"))
        {
            lines.AddRange(store.Query($"SELECT name, type, \"notnull\" FROM pragma_table_info('{table}')").Select(row => row.Split('|'))
                .Select(row => Column(table, row[0], row[1], row[2] == "0")));
            lines.AddRange(ConstraintName().Matches(store.Query($"SELECT sql FROM sqlite_master WHERE name = '{table}'")[0])
                .Select(match => Constraint(table, match.Groups["name"].Value)));
            lines.AddRange(store.Query($"SELECT \"from\", \"table\", \"to\", on_delete FROM pragma_foreign_key_list('{table}')").Select(row => row.Split('|'))
                .Select(row => Reference(table, row[0], row[1], row[2], row[3] == "CASCADE")));
            lines.AddRange(store.Query($"SELECT l.name, l.\"unique\", m.sql FROM pragma_index_list('{table}') l JOIN sqlite_master m ON m.name = l.name WHERE l.origin = 'c'")
                .Select(row => row.Split('|')).Select(row => Index(store, table, row[0], row[1] == "1", row[2])));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static string Index(CreateIndexStatement index) => Index(
        index.OnName.BaseIdentifier.Value,
        index.Name.Value,
        index.Unique,
        index.Columns.Select(column => column.Column.MultiPartIdentifier.Identifiers[^1].Value),
        index.FilterPredicate is null ? "" : TSqlScripts.TextOf(index.FilterPredicate));

    private static string Index(TemporaryStore store, string table, string name, bool unique, string sql) => Index(
        table, name, unique, store.Query($"SELECT name FROM pragma_index_info('{name}') ORDER BY seqno"), sql.Split(" WHERE ") is [_, var filter] ? filter : "");

    private static string Column(string table, string name, string kind, bool nullable) => $"{table}.{name} {kind} {(nullable ? "null" : "not null")}";

    private static string Constraint(string table, string name) => $"{table} constraint {name}";

    private static string Reference(string table, string? column, ForeignKeyConstraintDefinition key) => Reference(
        table,
        column ?? key.Columns.Single().Value,
        key.ReferenceTableName.BaseIdentifier.Value,
        key.ReferencedTableColumns.Single().Value,
        key.DeleteAction == DeleteUpdateAction.Cascade);

    private static string Reference(string table, string column, string referenced, string key, bool cascade) =>
        $"{table}.{column} references {referenced}.{key}{(cascade ? " and goes with it" : "")}";

    private static string Index(string table, string name, bool unique, IEnumerable<string> columns, string filter) =>
        $"{table} {(unique ? "unique index" : "index")} {name} ({string.Join(", ", columns)}) {filter}".TrimEnd();

    // How each SQL Server type stands in SQLite (Storage, ColumnTypes).
    private static string KindOf(string type) => type switch
    {
        "bigint" or "int" or "smallint" or "tinyint" or "bit" or "datetime2" => "INTEGER",
        "nvarchar" or "nvarchar(max)" or "varchar" or "uniqueidentifier" => "TEXT",
        "binary" or "varbinary" or "varbinary(max)" => "BLOB",
        _ => throw new NotSupportedException($"No decision yet how {type} stands in SQLite."),
    };

    [GeneratedRegex(@"CONSTRAINT\s+(?<name>\w+)", RegexOptions.NonBacktracking)]
    private static partial Regex ConstraintName();
}
