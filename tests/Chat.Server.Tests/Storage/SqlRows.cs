using System.Collections;
using System.Data;
using System.Globalization;
using System.Reflection;
using Chat.Server.Storage;
using Chat.Server.Storage.Statements;
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
        answer.Rows.Add([.. columns.Select((column, index) => ValueOf(column.Type, IsList(column.Name, row), index + 1))]);
        try
        {
            var read = (await ReadAsync(new SqlServerWire(answer).Session, sql, row)).Cast<object?>().Single();
            return row.Namespace!.StartsWith("Chat", StringComparison.Ordinal) ? Unfilled(read!, answer.Rows[0], columns) : read is null || IsDefault(read) || columns.Count != 1 ? ["value"] : [];
        }
        catch (DataException fault)
        {
            return [$"{fault.Message} {fault.InnerException?.GetType().Name}"];
        }
    }

    private static async Task<IEnumerable> ReadAsync(DbSession session, Sql sql, Type row)
    {
        if (!row.GetInterfaces().Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRowOf<>)))
        {
            var reading = (Task)typeof(DbSession).GetMethod(nameof(DbSession.ListAsync))!.MakeGenericMethod(row).Invoke(session, [sql, null])!;
            await reading;
            return (IEnumerable)reading.GetType().GetProperty("Result")!.GetValue(reading)!;
        }

        var all = (Task<IEnumerable>)typeof(SqlRows).GetMethod(nameof(AllAsync), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(row).Invoke(null, [session, sql])!;
        return await all;
    }

    private static async Task<IEnumerable> AllAsync<T>(DbSession session, Sql sql)
        where T : class, IRowOf<T> => await session.AllAsync<T, NoArguments>(sql, new NoArguments());

    private static List<string> Unfilled(object read, DataRow values, List<(string Name, Type Type)> columns)
    {
        var members = read.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite).ToList();
        var named = columns.Select(column => column.Name.Replace("_", "", StringComparison.Ordinal)).ToList();
        return
        [
            .. columns.Where((column, index) => !members.Exists(member => member.Name.Equals(named[index], StringComparison.OrdinalIgnoreCase))).Select(column => column.Name),
            .. members.Where(member => !named.Contains(member.Name, StringComparer.OrdinalIgnoreCase) || IsDefault(member.GetValue(read))).Select(member => member.Name),
            // Filled, but from another column.
            .. members.Where(member => named.FindIndex(name => name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)) is var index and >= 0
                && !IsSame(values[index], member.GetValue(read))).Select(member => $"{member.Name} is another column's"),
        ];
    }

    private static bool IsSame(object column, object? member) => (column, member) switch
    {
        (byte[] bytes, byte[] read) => bytes.SequenceEqual(read),
        // A channel keeps whole seconds.
        (DateTime time, DateTimeOffset read) => (read.UtcDateTime - time).Duration() < TimeSpan.FromSeconds(1),
        (string list, IReadOnlyList<string> read) => list == $"[\"{read.Single()}\"]",
        (string or Guid or bool, _) => column.Equals(member),
        _ => Convert.ToInt64(column, CultureInfo.InvariantCulture) == Convert.ToInt64(member, CultureInfo.InvariantCulture),
    };

    private static bool IsList(string column, Type row) => row.GetProperties().Any(property =>
        property.PropertyType == typeof(IReadOnlyList<string>) && property.Name.Equals(column.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));

    // Another value for each column.
    private static object ValueOf(Type type, bool isList, int number) => type switch
    {
        _ when type == typeof(string) => isList ? $"[\"x{number}\"]" : $"x{number}",
        _ when type == typeof(byte[]) => new[] { (byte)number },
        _ when type == typeof(Guid) => Guid.CreateVersion7(Samples.FineTime),
        _ when type == typeof(DateTime) => Samples.FineTime.AddHours(number).UtcDateTime,
        _ when type == typeof(bool) => true,
        _ => Convert.ChangeType(number, type, CultureInfo.InvariantCulture),
    };

    private static bool IsDefault(object? value) =>
        value is null or "" or ICollection { Count: 0 } || (value.GetType().IsValueType && value.Equals(Activator.CreateInstance(value.GetType())));

    private sealed record NoArguments : IArguments
    {
        public void AddTo<TParameters>(ref TParameters parameters)
            where TParameters : struct, IParameters
        {
        }
    }
}
