using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>Which columns a parameter meets: what it is compared with, assigned to, or inserted into.</summary>
internal sealed class TSqlParameterUses : TSqlFragmentVisitor
{
    private readonly TSqlSources _sources;
    private readonly TSqlSchema _schema;
    private readonly HashSet<(string Parameter, string Type)> _uses = [];
    private readonly Stack<TSqlScope> _scopes = new();

    private TSqlParameterUses(TSqlSchema schema)
    {
        _schema = schema;
        _sources = new TSqlSources(schema, _ => { });
    }

    public static IReadOnlyCollection<(string Parameter, string Type)> Of(string text, TSqlSchema schema)
    {
        var visitor = new TSqlParameterUses(schema);
        TSqlScripts.Parse(text).Script!.Accept(visitor);
        return visitor._uses;
    }

    public override void ExplicitVisit(QuerySpecification node) => Within(_sources.Of(node.FromClause), () => base.ExplicitVisit(node));

    public override void ExplicitVisit(UpdateSpecification node) => Within(TargetOf(node), () => base.ExplicitVisit(node));

    public override void ExplicitVisit(DeleteSpecification node) => Within(TargetOf(node), () => base.ExplicitVisit(node));

    public override void ExplicitVisit(InsertSpecification node) => Within(TargetOf(node), () =>
    {
        var types = node.Columns.Select(column => TypeOf(column)).ToList();
        foreach (var row in (node.InsertSource as ValuesInsertSource)?.RowValues ?? [])
            Meet(types, row.ColumnValues);
        if (node.InsertSource is SelectInsertSource { Select: QuerySpecification query })
            Meet(types, [.. query.SelectElements.OfType<SelectScalarExpression>().Select(element => element.Expression)]);
        base.ExplicitVisit(node);
    });

    public override void Visit(BooleanComparisonExpression node)
    {
        Meet(TypeOf(node.FirstExpression), node.SecondExpression);
        Meet(TypeOf(node.SecondExpression), node.FirstExpression);
    }

    public override void Visit(AssignmentSetClause node) => Meet(TypeOf(node.Column), node.NewValue);

    private void Meet(IReadOnlyList<string> types, IList<ScalarExpression> values)
    {
        foreach (var (type, value) in types.Zip(values))
            Meet(type, value);
    }

    // A choice is of the type of what it chooses from, and a sum of the type of what it adds.
    private void Meet(string type, ScalarExpression value)
    {
        switch (value)
        {
            case VariableReference variable when type.Length > 0 && !type.StartsWith('@') && type != "null":
                _uses.Add((variable.Name[1..], type));
                break;
            case ParenthesisExpression parenthesis:
                Meet(type, parenthesis.Expression);
                break;
            case BinaryExpression binary:
                Meet(type, binary.FirstExpression);
                Meet(type, binary.SecondExpression);
                break;
            case SearchedCaseExpression choice:
                Meet([.. Enumerable.Repeat(type, choice.WhenClauses.Count)], [.. choice.WhenClauses.Select(when => when.ThenExpression)]);
                if (choice.ElseExpression is not null)
                    Meet(type, choice.ElseExpression);
                break;
        }
    }

    private string TypeOf(ScalarExpression expression) => _scopes.TryPeek(out var scope) ? _sources.TypeOf(expression, scope) : "";

    private IReadOnlyList<TSqlSource> TargetOf(DataModificationSpecification node) =>
        node.Target is NamedTableReference { SchemaObject: var name } && _schema.Find(name.BaseIdentifier.Value) is { } columns
            ? [new TSqlSource(name.BaseIdentifier.Value, columns, IsTable: true)]
            : [];

    private void Within(IReadOnlyList<TSqlSource> sources, Action visit)
    {
        _scopes.Push(new TSqlScope(sources, _scopes.TryPeek(out var outer) ? outer : null));
        visit();
        _scopes.Pop();
    }
}
