using System.Collections.Frozen;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// What SQL Server refuses of grouped queries when they first run, and SQLite takes: a column beside an aggregate that is not
/// grouped by, an aggregate where there are no groups.
/// </summary>
internal sealed class TSqlGrouping(List<string> faults) : TSqlFragmentVisitor
{
    private static readonly FrozenSet<string> Aggregates = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "AVG", "COUNT", "COUNT_BIG", "MAX", "MIN", "SUM");

    public override void Visit(QuerySpecification node)
    {
        if (Of(node.WhereClause).HasAggregate)
            faults.Add("An aggregate in WHERE.");
        var keys = node.GroupByClause?.GroupingSpecifications.OfType<ExpressionGroupingSpecification>().ToList() ?? [];
        if (keys.Exists(key => Of(key).HasAggregate))
            faults.Add("An aggregate in GROUP BY.");
        if (keys.Exists(key => Of(key).Columns.Count == 0))
            faults.Add("GROUP BY of something that is no column.");

        var given = Of([.. node.SelectElements.OfType<SelectScalarExpression>().Select(element => element.Expression), node.HavingClause, .. OrderOf(node)]);
        if (keys.Count == 0 && node.HavingClause is null && !given.HasAggregate)
            return;
        var grouped = keys.SelectMany(key => Of(key).Columns).Select(LastPart).ToHashSet(StringComparer.Ordinal);
        foreach (var column in given.Columns.Where(column => !grouped.Contains(LastPart(column))))
            faults.Add($"Column {column} is neither grouped by nor in an aggregate.");
    }

    public override void Visit(AssignmentSetClause node)
    {
        if (Of(node.NewValue).HasAggregate)
            faults.Add("An aggregate in SET.");
    }

    // An alias of the query's own stands for what was looked at already.
    private static IEnumerable<TSqlFragment> OrderOf(QuerySpecification node)
    {
        var aliases = node.SelectElements.OfType<SelectScalarExpression>().Select(element => element.ColumnName?.Value).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return node.OrderByClause?.OrderByElements.Select(element => element.Expression).Where(expression => !aliases.Contains(TSqlScripts.TextOf(expression))) ?? [];
    }

    private static Content Of(params TSqlFragment?[] fragments)
    {
        var content = new Content();
        foreach (var fragment in fragments)
            fragment?.Accept(content);
        return content;
    }

    private static string LastPart(string column) => column.Split('.')[^1];

    /// <summary>The columns that stand outside aggregates and subqueries, and whether there is an aggregate.</summary>
    private sealed class Content : TSqlFragmentVisitor
    {
        public List<string> Columns { get; } = [];

        public bool HasAggregate { get; private set; }

        public override void ExplicitVisit(FunctionCall node)
        {
            if (Aggregates.Contains(node.FunctionName.Value) && node.OverClause is null)
                HasAggregate = true;
            else
                VisitArguments(node);
        }

        private void VisitArguments(FunctionCall node)
        {
            foreach (var argument in TSqlNames.ArgumentsOf(node))
                argument.Accept(this);
        }

        public override void ExplicitVisit(ScalarSubquery node)
        {
        }

        public override void Visit(ColumnReferenceExpression node)
        {
            if (node.ColumnType == ColumnType.Regular)
                Columns.Add(TSqlScripts.TextOf(node));
        }
    }
}
