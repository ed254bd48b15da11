using System.Collections;
using System.Data;
using System.Reflection;
using Chat.Server.Storage;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>Rows as SQL Server would give them, read by the product.</summary>
internal static class SqlRows
{
    /// <summary>The columns that a statement gives, with the types that SQL Server's client gives them.</summary>
    public static List<(string Name, Type Type)> ColumnsOf(string text, TSqlSchema schema, IReadOnlyDictionary<string, Type>? passed)
    {
        var sources = new TSqlSources(schema, _ => { });
        var statements = TSqlScripts.Parse(text).Script!.Batches.SelectMany(batch => batch.Statements).ToList();
        var declared = statements.OfType<DeclareVariableStatement>().SelectMany(statement => statement.Declarations)
            .ToDictionary(variable => variable.VariableName.Value, variable => TSqlSchema.TypeOf(variable.DataType), StringComparer.Ordinal);
        var statement = statements[^1];
        IReadOnlyList<TSqlColumn> columns = statement switch
        {
            SelectStatement select => sources.OutputOf(select.QueryExpression),
            DataModificationStatement change => OutputOf(change, schema, sources),
            _ => [],
        };
        return [.. columns.Select(column => (column.Name, ClrTypeOf(declared.GetValueOrDefault(column.Type, column.Type), passed)))];
    }

    private static List<TSqlColumn> OutputOf(DataModificationStatement statement, TSqlSchema schema, TSqlSources sources)
    {
        var specification = statement switch
        {
            InsertStatement insert => insert.InsertSpecification,
            UpdateStatement update => (DataModificationSpecification)update.UpdateSpecification,
            DeleteStatement delete => delete.DeleteSpecification,
            _ => throw new NotSupportedException(),
        };
        var table = schema.Find(((NamedTableReference)specification.Target).SchemaObject.BaseIdentifier.Value)!;
        var scope = new TSqlScope([new TSqlSource("inserted", table, IsTable: false), new TSqlSource("deleted", table, IsTable: false)], null);
        return [.. (specification.OutputClause?.SelectColumns ?? []).OfType<SelectScalarExpression>().Select(element => new TSqlColumn(
            element.ColumnName?.Value ?? ((ColumnReferenceExpression)element.Expression).MultiPartIdentifier.Identifiers[^1].Value,
            sources.TypeOf(element.Expression, scope), Nullable: true, Generated: false))];
    }

    private static Type ClrTypeOf(string type, IReadOnlyDictionary<string, Type>? passed) => type switch
    {
        "bigint" => typeof(long),
        "int" => typeof(int),
        "smallint" => typeof(short),
        "tinyint" => typeof(byte),
        "bit" => typeof(bool),
        "nvarchar" or "nvarchar(max)" or "varchar" => typeof(string),
        "binary" or "varbinary" or "varbinary(max)" => typeof(byte[]),
        "uniqueidentifier" => typeof(Guid),
        "datetime2" => typeof(DateTime),
        ['@', .. var parameter] when passed?.TryGetValue(parameter, out var known) == true => known,
        _ => throw new NotSupportedException($"A column of the type {type}."),
    };

    /// <summary>Reads one row, none of whose values is its type's default, and gives the columns and members that nothing came of.</summary>
    public static async Task<IReadOnlyList<string>> UnfilledAsync(Sql sql, List<(string Name, Type Type)> columns, Type row)
    {
        using var answer = new DataTable();
        foreach (var (name, type) in columns)
            answer.Columns.Add(name, type);
        answer.Rows.Add([.. columns.Select(column => ValueOf(column.Type, IsList(column.Name, row)))]);
        var list = typeof(DbSession).GetMethod(nameof(DbSession.ListAsync))!.MakeGenericMethod(row);
        try
        {
            var reading = (Task)list.Invoke(new SqlServerWire(answer).Session, [sql, null])!;
            await reading;
            var read = ((IEnumerable)reading.GetType().GetProperty("Result")!.GetValue(reading)!).Cast<object?>().Single();
            return row.Namespace!.StartsWith("Chat", StringComparison.Ordinal) ? Unfilled(read!, columns) : read is null || IsDefault(read) || columns.Count != 1 ? ["value"] : [];
        }
        catch (DataException fault)
        {
            return [$"{fault.Message} {fault.InnerException?.GetType().Name}"];
        }
    }

    private static List<string> Unfilled(object read, List<(string Name, Type Type)> columns)
    {
        var members = read.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite).ToList();
        var named = columns.Select(column => column.Name.Replace("_", "", StringComparison.Ordinal)).ToList();
        return
        [
            .. columns.Where((column, index) => !members.Exists(member => member.Name.Equals(named[index], StringComparison.OrdinalIgnoreCase))).Select(column => column.Name),
            .. members.Where(member => !named.Contains(member.Name, StringComparer.OrdinalIgnoreCase) || IsDefault(member.GetValue(read))).Select(member => member.Name),
        ];
    }

    private static bool IsList(string column, Type row) => row.GetProperties().Any(property =>
        property.PropertyType == typeof(IReadOnlyList<string>) && property.Name.Equals(column.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));

    private static object ValueOf(Type type, bool isList) => type switch
    {
        _ when type == typeof(string) => isList ? "[\"x\"]" : "x",
        _ when type == typeof(byte[]) => new byte[] { 1 },
        _ when type == typeof(Guid) => Guid.CreateVersion7(Samples.FineTime),
        _ when type == typeof(DateTime) => Samples.FineTime.DateTime,
        _ when type == typeof(bool) => true,
        _ => Convert.ChangeType(1, type),
    };

    private static bool IsDefault(object? value) =>
        value is null or "" or ICollection { Count: 0 } || (value.GetType().IsValueType && value.Equals(Activator.CreateInstance(value.GetType())));
}
