using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// A column as a script makes it. <paramref name="Type"/> is the bare type name in lower case, with <c>(max)</c> where it is unbounded;
/// <paramref name="Counts"/> says that its values are counted up.
/// </summary>
internal sealed record TSqlColumn(string Name, string Type, bool Nullable, bool Generated, string Default = "", bool Counts = false);

/// <summary>The tables, indexes and constraints that T-SQL scripts make, read from Microsoft's syntax tree.</summary>
internal sealed class TSqlSchema : TSqlFragmentVisitor
{
    private readonly Dictionary<string, List<TSqlColumn>> _tables = new(StringComparer.Ordinal);
    private readonly List<CreateIndexStatement> _indexes = [];
    private readonly List<(string Table, string? Column, ConstraintDefinition Constraint)> _constraints = [];

    public IReadOnlyCollection<string> Tables => _tables.Keys;

    public IReadOnlyList<CreateIndexStatement> Indexes => _indexes;

    /// <summary>All but NULL, NOT NULL; with the column where it stands on one.</summary>
    public IReadOnlyList<(string Table, string? Column, ConstraintDefinition Constraint)> Constraints => _constraints;

    public static TSqlSchema Of(IEnumerable<string> scripts)
    {
        var schema = new TSqlSchema();
        foreach (var script in scripts)
            TSqlScripts.Parse(script).Script?.Accept(schema);
        return schema;
    }

    /// <summary>The columns of a table of dbo, or null when no script makes it.</summary>
    public IReadOnlyList<TSqlColumn>? Find(string table) => _tables.GetValueOrDefault(table);

    public override void Visit(CreateTableStatement node) => Add(node.SchemaObjectName, node.Definition);

    public override void Visit(AlterTableAddTableElementStatement node) => Add(node.SchemaObjectName, node.Definition);

    public override void Visit(CreateIndexStatement node) => _indexes.Add(node);

    // A later migration that removes something must teach this reader first: silence would compare yesterday's schema.
    public override void Visit(DropTableStatement node) => throw new NotSupportedException("DROP TABLE in a script.");

    public override void Visit(DropIndexStatement node) => throw new NotSupportedException("DROP INDEX in a script.");

    public override void Visit(AlterTableDropTableElementStatement node) => throw new NotSupportedException("ALTER TABLE DROP in a script.");

    private void Add(SchemaObjectName name, TableDefinition definition)
    {
        var table = name.BaseIdentifier.Value;
        if (!_tables.TryGetValue(table, out var columns))
            _tables.Add(table, columns = []);
        foreach (var column in definition.ColumnDefinitions)
        {
            columns.Add(Read(column));
            _constraints.AddRange(column.Constraints.Where(IsKept).Select(constraint => (table, (string?)column.ColumnIdentifier.Value, constraint)));
        }

        _constraints.AddRange(definition.TableConstraints.Where(IsKept).Select(constraint => (table, (string?)null, constraint)));
    }

    private static bool IsKept(ConstraintDefinition constraint) => constraint is not NullableConstraintDefinition;

    private static TSqlColumn Read(ColumnDefinition column) => new(
        column.ColumnIdentifier.Value,
        TypeOf(column.DataType),
        column.Constraints.OfType<NullableConstraintDefinition>().All(constraint => constraint.Nullable),
        column.IdentityOptions is not null || column.DefaultConstraint is not null || column.ComputedColumnExpression is not null,
        column.DefaultConstraint is null ? "" : TSqlScripts.TextOf(column.DefaultConstraint.Expression),
        column.IdentityOptions is not null);

    public static string TypeOf(DataTypeReference? type)
    {
        var name = type?.Name?.BaseIdentifier.Value.ToLowerInvariant() ?? "";
        return type is ParameterizedDataTypeReference { Parameters: [MaxLiteral] } ? $"{name}(max)" : name;
    }
}

/// <summary>Microsoft's own parser, with the grammar of SQL Server 2017.</summary>
internal static class TSqlScripts
{
    public static (TSqlScript? Script, IReadOnlyList<string> Errors) Parse(string text)
    {
        using var reader = new StringReader(text);
        var script = new TSql140Parser(initialQuotedIdentifiers: true, SqlEngineType.Standalone).Parse(reader, out var errors);
        return (script as TSqlScript, [.. errors.Select(error => $"line {error.Line}: {error.Message}")]);
    }

    public static string TextOf(TSqlFragment fragment) => string.Concat(
        fragment.ScriptTokenStream.Skip(fragment.FirstTokenIndex).Take(fragment.LastTokenIndex - fragment.FirstTokenIndex + 1).Select(token => token.Text));
}
