using System.Text.RegularExpressions;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// A schema as lines of text that do not depend on the engine: columns with their kind, nullability and default, keys and checks,
/// references, indexes with their columns and filter. SQLite's is asked of a migrated database, SQL Server's read from its scripts.
/// </summary>
internal static partial class LogicalSchema
{
    // The table of applied migrations is made by the migrator itself, before any script.
    private const string Bookkeeping = "schema_migrations";

    public static IReadOnlyList<string> OfSqlServer(IEnumerable<string> scripts)
    {
        var schema = TSqlSchema.Of(scripts);
        var columns = schema.Tables.SelectMany(table => schema.Find(table)!.Select(column => Column(table, column.Name, KindOf(column.Type), column.Nullable, column.Default, column.Counts)));
        var constraints = schema.Constraints.SelectMany(constraint => Constraints(constraint.Table, constraint.Column, constraint.Constraint));
        return [.. columns.Concat(constraints).Concat(schema.Indexes.Select(Index)).Order(StringComparer.Ordinal)];
    }

    /// <param name="store">The database.</param>
    /// <param name="asOnSqlServer">Whether what SQLite has otherwise stands as SQL Server has it: one index as the two that are needed there, and a rule in its words.</param>
    public static IReadOnlyList<string> OfSqlite(TemporaryStore store, bool asOnSqlServer = false)
    {
        List<string> lines = [];
        foreach (var table in store.Query($"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '{Bookkeeping}'"))
        {
            var script = store.Query($"SELECT sql FROM sqlite_master WHERE name = '{table}'")[0];
            var counting = CountingColumn().Match(script).Groups["name"].Value;
            lines.AddRange(store.Query($"SELECT name, type, \"notnull\", IFNULL(dflt_value, '') FROM pragma_table_info('{table}')").Select(row => row.Split('|'))
                .Select(row => Column(table, row[0], row[1], row[2] == "0", row[3], row[0] == counting)));
            lines.AddRange(ConstraintName().Matches(script).Select(match => Named(table, match.Groups["name"].Value)));
            lines.AddRange(CheckBegin().Matches(script).Select(match => Check(table, match.Groups["name"].Value, InWords(asOnSqlServer, UpToClosing(script, match.Index + match.Length)))));
            lines.Add(Key(table, "primary key", store.Query($"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk")));
            lines.AddRange(store.Query($"SELECT name FROM pragma_index_list('{table}') WHERE origin = 'u'").Select(index => Key(table, "unique", ColumnsOf(store, index))));
            lines.AddRange(store.Query($"SELECT \"from\", \"table\", \"to\", on_delete FROM pragma_foreign_key_list('{table}')").Select(row => row.Split('|'))
                .Select(row => Reference(table, row[0], row[1], row[2], row[3] == "CASCADE")));
            lines.AddRange(store.Query($"SELECT l.name, l.\"unique\", m.sql FROM pragma_index_list('{table}') l JOIN sqlite_master m ON m.name = l.name WHERE l.origin = 'c'")
                .Select(row => row.Split('|')).SelectMany(row => Indexes(store, asOnSqlServer, table, row[0], row[1] == "1", row[2].Split(" WHERE ") is [_, var filter] ? filter : "")));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Constraints(string table, string? column, ConstraintDefinition constraint)
    {
        yield return Named(table, constraint.ConstraintIdentifier.Value);
        switch (constraint)
        {
            case ForeignKeyConstraintDefinition reference:
                yield return Reference(
                    table,
                    column ?? reference.Columns.Single().Value,
                    reference.ReferenceTableName.BaseIdentifier.Value,
                    reference.ReferencedTableColumns.Single().Value,
                    reference.DeleteAction == DeleteUpdateAction.Cascade);
                break;
            case UniqueConstraintDefinition unique:
                var columns = unique.Columns.Select(part => part.Column.MultiPartIdentifier.Identifiers[^1].Value).ToList();
                yield return Key(table, unique.IsPrimaryKey ? "primary key" : "unique", columns.Count == 0 ? [column!] : columns);
                break;
            case CheckConstraintDefinition check:
                yield return Check(table, check.ConstraintIdentifier.Value, TSqlScripts.TextOf(check.CheckCondition));
                break;
            default:
                throw new NotSupportedException($"No decision yet how a {constraint.GetType().Name} stands in SQLite.");
        }
    }

    private static string Index(CreateIndexStatement index) => Index(
        index.OnName.BaseIdentifier.Value,
        index.Name.Value,
        index.Unique,
        index.Columns.Select(column => column.Column.MultiPartIdentifier.Identifiers[^1].Value),
        index.FilterPredicate is null ? "" : TSqlScripts.TextOf(index.FilterPredicate));

    // Nulls are never equal in SQLite and always in SQL Server: one unique index of a column that may be null stands there as two.
    private static IEnumerable<string> Indexes(TemporaryStore store, bool asOnSqlServer, string table, string name, bool unique, string filter)
    {
        var columns = ColumnsOf(store, name);
        var nullable = store.Query($"SELECT name FROM pragma_table_info('{table}') WHERE \"notnull\" = 0 AND pk = 0").Intersect(columns, StringComparer.Ordinal).ToList();
        if (!asOnSqlServer || !unique || filter.Length > 0 || nullable is not [var key])
            return [Index(table, name, unique, columns, filter)];
        return
        [
            Index(table, name, unique, columns, $"{key} IS NOT NULL"),
            Index(table, $"ix_{table}_{columns[0].Replace("_id", "", StringComparison.Ordinal)}", unique: false, [columns[0]], ""),
        ];
    }

    // A list costs SQLite a table each time, and SQL Server nothing.
    private static string InWords(bool asOnSqlServer, string condition) =>
        asOnSqlServer ? condition.Replace("state BETWEEN 0 AND 2", "state IN (0, 1, 2)", StringComparison.Ordinal) : condition;

    private static IReadOnlyList<string> ColumnsOf(TemporaryStore store, string index) => store.Query($"SELECT name FROM pragma_index_info('{index}') ORDER BY seqno");

    private static string Column(string table, string name, string kind, bool nullable, string value, bool counts) =>
        $"{table}.{name} {kind} {(nullable ? "null" : "not null")}{(value.Length > 0 ? $" default {TextOf(value)}" : "")}{(counts ? " counts" : "")}";

    // T-SQL marks a text as Unicode; every text of SQLite is.
    private static string TextOf(string value) => value.StartsWith("N'", StringComparison.Ordinal) ? value[1..] : value;

    private static string Named(string table, string name) => $"{table} constraint {name}";

    private static string Key(string table, string kind, IEnumerable<string> columns) => $"{table} {kind} ({string.Join(", ", columns)})";

    private static string Check(string table, string name, string condition) => $"{table} check {name}: {Blanks().Replace(condition.Trim(), " ")}";

    private static string Reference(string table, string column, string referenced, string key, bool cascade) =>
        $"{table}.{column} references {referenced}.{key}{(cascade ? " and goes with it" : "")}";

    private static string Index(string table, string name, bool unique, IEnumerable<string> columns, string filter) =>
        $"{table} {(unique ? "unique index" : "index")} {name} ({string.Join(", ", columns)}) {filter}".TrimEnd();

    private static string UpToClosing(string text, int start)
    {
        var end = start;
        for (var depth = 1; depth > 0; end++)
            depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
        return text[start..(end - 1)];
    }

    // How each SQL Server type stands in SQLite (Storage, ColumnTypes).
    private static string KindOf(string type) => type switch
    {
        "bigint" or "int" or "smallint" or "tinyint" or "bit" or "datetime2" => "INTEGER",
        "nvarchar" or "nvarchar(max)" or "varchar" or "uniqueidentifier" => "TEXT",
        "binary" or "varbinary" or "varbinary(max)" => "BLOB",
        _ => throw new NotSupportedException($"No decision yet how {type} stands in SQLite."),
    };

    // A table has one at most: it is the key.
    [GeneratedRegex(@"\b(?<name>\w+) INTEGER [^,]*AUTOINCREMENT", RegexOptions.NonBacktracking)]
    private static partial Regex CountingColumn();

    [GeneratedRegex(@"CONSTRAINT\s+(?<name>\w+)", RegexOptions.NonBacktracking)]
    private static partial Regex ConstraintName();

    [GeneratedRegex(@"CONSTRAINT\s+(?<name>\w+)\s+CHECK\s+\(", RegexOptions.NonBacktracking)]
    private static partial Regex CheckBegin();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
