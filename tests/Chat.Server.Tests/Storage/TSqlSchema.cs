using System.Globalization;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// A column as a script makes it. <paramref name="Type"/> is the bare type name in lower case, with <c>(max)</c> where it is unbounded;
/// <paramref name="Counts"/> says that its values are counted up.
/// </summary>
internal sealed record TSqlColumn(
    string Name, string Type, bool Nullable, bool Generated, string Default = "", bool Counts = false, int? Length = null, string? Collation = null);

/// <summary>The tables, indexes and constraints that T-SQL scripts make, read from Microsoft's syntax tree.</summary>
internal sealed class TSqlSchema : TSqlFragmentVisitor
{
    private readonly Dictionary<string, List<TSqlColumn>> _tables = new(StringComparer.Ordinal);
    private readonly List<CreateIndexStatement> _indexes = [];
    private readonly List<string> _faults = [];
    private readonly List<(string Table, string? Column, ConstraintDefinition Constraint)> _constraints = [];

    public IReadOnlyCollection<string> Tables => _tables.Keys;

    public IReadOnlyList<CreateIndexStatement> Indexes => _indexes;

    /// <summary>All but NULL, NOT NULL; with the column where it stands on one.</summary>
    public IReadOnlyList<(string Table, string? Column, ConstraintDefinition Constraint)> Constraints => _constraints;

    /// <summary>What a script makes twice, or drops without its being there.</summary>
    public IReadOnlyList<string> Faults => _faults;

    public static TSqlSchema Of(IEnumerable<string> scripts)
    {
        var schema = new TSqlSchema();
        foreach (var script in scripts)
            TSqlScripts.Parse(script).Script?.Accept(schema);
        return schema;
    }

    /// <summary>The columns of a table of dbo, or null when no script makes it.</summary>
    public IReadOnlyList<TSqlColumn>? Find(string table) => _tables.GetValueOrDefault(table);

    public override void Visit(CreateTableStatement node)
    {
        var table = node.SchemaObjectName.BaseIdentifier.Value;
        if (!_tables.TryAdd(table, []))
            _faults.Add($"Table {table} exists already.");
        Add(table, node.Definition);
    }

    public override void Visit(AlterTableAddTableElementStatement node)
    {
        var table = node.SchemaObjectName.BaseIdentifier.Value;
        if (_tables.ContainsKey(table))
            Add(table, node.Definition);
        else
            _faults.Add($"ALTER TABLE of {table}, which does not exist.");
    }

    public override void Visit(CreateIndexStatement node)
    {
        if (_indexes.Exists(index => IsNamed(index, node.OnName.BaseIdentifier.Value, node.Name.Value)))
            _faults.Add($"Index {node.Name.Value} exists already.");
        _indexes.Add(node);
    }

    public override void Visit(DropTableStatement node)
    {
        foreach (var table in node.Objects.Select(name => name.BaseIdentifier.Value))
        {
            if (!_tables.Remove(table))
                _faults.Add($"DROP of the table {table}, which does not exist.");
            _indexes.RemoveAll(index => index.OnName.BaseIdentifier.Value == table);
            _constraints.RemoveAll(constraint => constraint.Table == table);
        }
    }

    public override void Visit(DropIndexStatement node)
    {
        foreach (var clause in node.DropIndexClauses)
        {
            if (clause is not DropIndexClause { Object.BaseIdentifier.Value: var table, Index.Value: var name })
                _faults.Add("DROP INDEX without ON.");
            else if (_indexes.RemoveAll(index => IsNamed(index, table, name)) == 0)
                _faults.Add($"DROP of the index {name}, which does not exist.");
        }
    }

    public override void Visit(AlterTableDropTableElementStatement node)
    {
        var table = node.SchemaObjectName.BaseIdentifier.Value;
        foreach (var element in node.AlterTableDropTableElements)
        {
            if (element.TableElementType == TableElementType.Column)
                DropColumn(table, element.Name.Value);
            else if (_constraints.RemoveAll(constraint => constraint.Table == table && constraint.Constraint.ConstraintIdentifier?.Value == element.Name.Value) == 0)
                _faults.Add($"DROP of the constraint {element.Name.Value}, which does not exist.");
        }
    }

    private void DropColumn(string table, string column)
    {
        if ((Find(table) is { } columns ? ((List<TSqlColumn>)columns).RemoveAll(known => known.Name == column) : 0) == 0)
            _faults.Add($"DROP of the column {table}.{column}, which does not exist.");
        // SQL Server refuses to drop a column that an index or a constraint still needs.
        foreach (var index in _indexes.Where(index => index.OnName.BaseIdentifier.Value == table && index.Columns.Any(key => NameOf(key.Column) == column)))
            _faults.Add($"DROP of the column {table}.{column}, which {index.Name.Value} needs.");
        foreach (var (_, _, constraint) in _constraints.Where(constraint => constraint.Table == table && constraint.Column == column))
            _faults.Add($"DROP of the column {table}.{column}, which {constraint.ConstraintIdentifier?.Value} needs.");
    }

    private void Add(string table, TableDefinition definition)
    {
        foreach (var column in definition.ColumnDefinitions)
        {
            if (_tables[table].Exists(known => known.Name == column.ColumnIdentifier.Value))
                _faults.Add($"Column {table}.{column.ColumnIdentifier.Value} exists already.");
            _tables[table].Add(Read(column));
            foreach (var constraint in column.Constraints.Where(IsKept))
                Add(table, column.ColumnIdentifier.Value, constraint);
        }

        foreach (var constraint in definition.TableConstraints.Where(IsKept))
            Add(table, null, constraint);
    }

    private void Add(string table, string? column, ConstraintDefinition constraint)
    {
        if (constraint.ConstraintIdentifier is { Value: var name } && _constraints.Exists(known => known.Constraint.ConstraintIdentifier?.Value == name))
            _faults.Add($"Constraint {name} exists already.");
        _constraints.Add((table, column, constraint));
    }

    private static bool IsNamed(CreateIndexStatement index, string table, string name) =>
        index.OnName.BaseIdentifier.Value == table && index.Name.Value == name;

    private static string NameOf(ColumnReferenceExpression column) => column.MultiPartIdentifier.Identifiers[^1].Value;

    private static bool IsKept(ConstraintDefinition constraint) => constraint is not NullableConstraintDefinition;

    private static TSqlColumn Read(ColumnDefinition column) => new(
        column.ColumnIdentifier.Value,
        TypeOf(column.DataType),
        column.Constraints.OfType<NullableConstraintDefinition>().All(constraint => constraint.Nullable),
        column.IdentityOptions is not null || column.DefaultConstraint is not null || column.ComputedColumnExpression is not null,
        column.DefaultConstraint is null ? "" : TSqlScripts.TextOf(column.DefaultConstraint.Expression),
        column.IdentityOptions is not null,
        column.DataType is ParameterizedDataTypeReference { Parameters: [IntegerLiteral { Value: var length }] } ? int.Parse(length, CultureInfo.InvariantCulture) : null,
        column.Collation?.Value);

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
