using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>Resolves every table, alias and column of a T-SQL text against a schema, and refuses what a column's type forbids.</summary>
internal sealed class TSqlNames : TSqlFragmentVisitor
{
    // Their first argument is a word of the language, which the parser takes for a column.
    private string? _numbersGivenIn;
    private static readonly string[] DatePartFunctions = ["DATEADD", "DATEDIFF", "DATEDIFF_BIG"];

    // Models' ids are visible ASCII and do not differ in case alone (Providers, ProvidersOptions): every collation keeps them apart.
    private static readonly string[] AsciiTexts = ["model"];

    private readonly List<string> _faults;
    private readonly TSqlSchema _schema;
    private readonly TSqlSources _sources;
    private TSqlScope _scope = new([], null);

    public TSqlNames(TSqlSchema schema, List<string> faults)
    {
        _faults = faults;
        _schema = schema;
        _sources = new TSqlSources(schema, Fault);
    }

    // Before anything of the statement is visited: the tree puts them last.
    public override void Visit(StatementWithCtesAndXmlNamespaces node) =>
        _sources.SetCtes(node.WithCtesAndXmlNamespaces?.CommonTableExpressions ?? []);

    public override void ExplicitVisit(QuerySpecification node) => Within(_sources.Of(node.FromClause), () =>
    {
        VisitOrder(node.OrderByClause, _sources.OutputOf(node), outputOnly: false);
        node.OrderByClause = null;
        base.ExplicitVisit(node);
    });

    public override void ExplicitVisit(BinaryQueryExpression node)
    {
        var (first, second) = (_sources.OutputOf(node.FirstQueryExpression), _sources.OutputOf(node.SecondQueryExpression));
        if (first.Count != second.Count)
            Fault("A UNION of another number of columns.");
        foreach (var (left, right) in first.Zip(second).Where(pair => !TSqlTypes.Fit(pair.First.Type, pair.Second.Type)))
            Fault($"A UNION of {left.Name} {left.Type} and {right.Name} {right.Type}.");
        VisitOrder(node.OrderByClause, _sources.OutputOf(node), outputOnly: true);
        node.OrderByClause = null;
        base.ExplicitVisit(node);
    }

    public override void ExplicitVisit(OverClause node)
    {
        VisitOrder(node.OrderByClause, [], outputOnly: false);
        node.OrderByClause = null;
        base.ExplicitVisit(node);
    }

    public override void ExplicitVisit(InsertSpecification node)
    {
        var target = TargetOf(node.Target, []);
        if (target.Columns is { } columns)
            _faults.AddRange(TSqlInserts.FaultsOf(node, target.Alias, columns, _numbersGivenIn == target.Alias));
        node.InsertSource.Accept(this);
        WithinOutput(node.OutputClause, [new TSqlSource("inserted", target.Columns, IsTable: false)]);
    }

    public override void ExplicitVisit(UpdateSpecification node)
    {
        var sources = _sources.Of(node.FromClause);
        var target = TargetOf(node.Target, sources);
        foreach (var set in node.SetClauses.OfType<AssignmentSetClause>().Where(set => set.Column is not null))
            CheckAssignment(new TSqlScope([target], null).Find(PartsOf(set.Column)), set.NewValue);
        Within(node.FromClause is null ? [target] : sources, () =>
        {
            node.FromClause?.Accept(this);
            foreach (var set in node.SetClauses.OfType<AssignmentSetClause>())
                set.NewValue.Accept(this);
            node.WhereClause?.Accept(this);
        });
        WithinOutput(
            node.OutputClause,
            [new TSqlSource("inserted", target.Columns, IsTable: false), new TSqlSource("deleted", target.Columns, IsTable: false), .. sources]);
    }

    public override void ExplicitVisit(DeleteSpecification node)
    {
        var sources = _sources.Of(node.FromClause);
        var target = TargetOf(node.Target, sources);
        Within(node.FromClause is null ? [target] : sources, () =>
        {
            node.FromClause?.Accept(this);
            node.WhereClause?.Accept(this);
        });
        WithinOutput(node.OutputClause, [new TSqlSource("deleted", target.Columns, IsTable: false), .. sources]);
    }

    public override void ExplicitVisit(CreateTableStatement node) =>
        Within([_sources.OfTable(node.SchemaObjectName)], () => base.ExplicitVisit(node));

    public override void ExplicitVisit(AlterTableAddTableElementStatement node) =>
        Within([_sources.OfTable(node.SchemaObjectName)], () => base.ExplicitVisit(node));

    public override void ExplicitVisit(CreateIndexStatement node) => Within([_sources.OfTable(node.OnName)], () =>
    {
        foreach (var name in node.Columns.Select(column => PartsOf(column.Column)))
        {
            if (_scope.Find(name).Column?.Type.EndsWith("(max)", StringComparison.Ordinal) == true)
                Fault($"Column {name[^1]} is too long for a key.");
            if (node.Unique)
                CheckText(_scope.Find(name).Column);
        }

        base.ExplicitVisit(node);
    });

    // Between ON and OFF the script gives a table's numbers itself, as a copy does.
    public override void Visit(SetIdentityInsertStatement node)
    {
        _sources.OfTable(node.Table);
        _numbersGivenIn = node.IsOn ? node.Table.BaseIdentifier.Value : null;
    }

    public override void Visit(ForeignKeyConstraintDefinition node)
    {
        var referenced = new TSqlScope([_sources.OfTable(node.ReferenceTableName)], null);
        foreach (var column in node.ReferencedTableColumns)
            Check(referenced.Find([column.Value]).Fault);
        foreach (var column in node.Columns)
            Check(_scope.Find([column.Value]).Fault);
    }

    public override void Visit(UniqueConstraintDefinition node)
    {
        foreach (var column in node.Columns)
        {
            Check(_scope.Find(PartsOf(column.Column)).Fault);
            CheckText(_scope.Find(PartsOf(column.Column)).Column);
        }
    }

    public override void ExplicitVisit(FunctionCall node)
    {
        foreach (var argument in ArgumentsOf(node))
            argument.Accept(this);
        node.OverClause?.Accept(this);
        if (node is { FunctionName.Value: "OBJECT_ID", Parameters: [StringLiteral { Value: var name }] } && (!name.StartsWith("dbo.", StringComparison.Ordinal) || _schema.Find(name[4..]) is null))
            Fault($"OBJECT_ID of {name}, which is no table of ours.");
    }

    /// <summary>What is passed to a function, without the word of the language that some begin with.</summary>
    public static IEnumerable<ScalarExpression> ArgumentsOf(FunctionCall node) =>
        node.Parameters.Skip(DatePartFunctions.Contains(node.FunctionName.Value, StringComparer.OrdinalIgnoreCase) ? 1 : 0);

    public override void Visit(InPredicate node) => CheckText(ColumnOf(node.Expression));

    public override void Visit(ExpressionGroupingSpecification node) => CheckText(ColumnOf(node.Expression));

    public override void Visit(ColumnReferenceExpression node)
    {
        if (node.ColumnType == ColumnType.Regular)
            Check(_scope.Find(PartsOf(node)).Fault);
        else if (node.ColumnType != ColumnType.Wildcard)
            Fault($"Pseudo-column {node.ColumnType}.");
    }

    public override void Visit(BooleanComparisonExpression node)
    {
        if (node.ComparisonType is not (BooleanComparisonType.Equals or BooleanComparisonType.NotEqualToBrackets)
            && (IsIdentifier(node.FirstExpression) || IsIdentifier(node.SecondExpression)))
        {
            Fault("A uniqueidentifier compared by order: engines disagree about it.");
        }

        CheckText(ColumnOf(node.FirstExpression));
        CheckText(ColumnOf(node.SecondExpression));
        var (first, second) = (_sources.TypeOf(node.FirstExpression, _scope), _sources.TypeOf(node.SecondExpression, _scope));
        if (!TSqlTypes.Fit(first, second))
            Fault($"A comparison of {first} and {second}.");
    }

    private void VisitOrder(OrderByClause? order, IReadOnlyList<TSqlColumn> output, bool outputOnly)
    {
        foreach (var element in order?.OrderByElements ?? [])
        {
            var named = element.Expression is ColumnReferenceExpression reference && PartsOf(reference) is [var name]
                ? output.FirstOrDefault(column => column.Name == name)
                : null;
            if (named is null && outputOnly)
                Fault("ORDER BY of something that the query does not give.");
            else if (named is null)
                element.Expression.Accept(this);
            CheckText(named ?? ColumnOf(element.Expression));
            if (named?.Type == "uniqueidentifier" || IsIdentifier(element.Expression))
                Fault("ORDER BY a uniqueidentifier: engines disagree about its order.");
        }
    }

    private TSqlSource TargetOf(TableReference target, IReadOnlyList<TSqlSource> sources)
    {
        if (target is not NamedTableReference { SchemaObject: var name })
        {
            Fault("A target that is not a table.");
            return new TSqlSource("", null, IsTable: false);
        }

        var source = (name.SchemaIdentifier is null ? sources.FirstOrDefault(source => source.Alias == name.BaseIdentifier.Value) : null) ?? _sources.OfTable(name);
        if (!source.IsTable)
            Fault($"{source.Alias} is not a table: no update through a common table expression or a derived table.");
        return source;
    }

    private void WithinOutput(OutputClause? output, IReadOnlyList<TSqlSource> sources)
    {
        if (output is not null)
            Within(sources, () => output.Accept(this), qualifiedOnly: true);
    }

    private void Within(IReadOnlyList<TSqlSource> sources, Action visit, bool qualifiedOnly = false)
    {
        foreach (var twice in sources.GroupBy(source => source.Alias).Where(group => group.Count() > 1))
            Fault($"Alias {twice.Key} stands for two sources.");
        var outer = _scope;
        _scope = new TSqlScope(sources, outer, qualifiedOnly);
        visit();
        _scope = outer;
    }

    private bool IsIdentifier(ScalarExpression expression) => ColumnOf(expression)?.Type == "uniqueidentifier";

    private TSqlColumn? ColumnOf(ScalarExpression expression) => expression switch
    {
        ColumnReferenceExpression { ColumnType: ColumnType.Regular } column => _scope.Find(PartsOf(column)).Column,
        ParenthesisExpression parenthesis => ColumnOf(parenthesis.Expression),
        _ => null,
    };

    private void CheckAssignment((TSqlColumn? Column, string? Fault) found, ScalarExpression value)
    {
        Check(found.Fault);
        if (found.Column is not { } column)
            return;
        if (column.Counts)
            Fault($"SET of {column.Name}, which is counted up.");
        if (value is NullLiteral && !column.Nullable)
            Fault($"SET of {column.Name} to null.");
    }

    // What is the same under the database's collation is not the same to us: case, width, kana and accents, and blanks at the end.
    private void CheckText(TSqlColumn? column)
    {
        if (column is { Type: "nvarchar" or "varchar" or "nvarchar(max)" } && column.Collation?.EndsWith("_BIN2", StringComparison.Ordinal) != true && !AsciiTexts.Contains(column.Name))
            Fault($"Text {column.Name} compared under the database's collation.");
    }

    private void Check(string? fault)
    {
        if (fault is not null)
            Fault(fault);
    }

    private void Fault(string fault)
    {
        if (!_faults.Contains(fault))
            _faults.Add(fault);
    }

    private static List<string> PartsOf(ColumnReferenceExpression column) => [.. column.MultiPartIdentifier.Identifiers.Select(part => part.Value)];
}
