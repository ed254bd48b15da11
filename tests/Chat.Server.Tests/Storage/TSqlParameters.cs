using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>The parameters that a T-SQL text takes from its caller.</summary>
internal sealed class TSqlParameters : TSqlFragmentVisitor
{
    private readonly SortedSet<string> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);

    public static IReadOnlyList<string> Of(string text)
    {
        var visitor = new TSqlParameters();
        TSqlScripts.Parse(text).Script!.Accept(visitor);
        return [.. visitor._used.Except(visitor._own)];
    }

    public override void Visit(VariableReference node) => _used.Add(node.Name);

    public override void Visit(DeclareVariableElement node) => _own.Add(node.VariableName.Value);

    // The name of a procedure's parameter is not one of ours.
    public override void Visit(ExecuteParameter node) => _own.Add(node.Variable.Name);
}
