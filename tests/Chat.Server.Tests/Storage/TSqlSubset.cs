using System.Collections.Frozen;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// Constructs of a T-SQL text that are outside our subset: what SQL Server 2017 or a TDS-compatible endpoint refuses or
/// means differently, and what our own rules ask for (terminators, two-part names, named constraints, N'' literals).
/// </summary>
internal sealed class TSqlSubset(List<string> faults) : TSqlFragmentVisitor
{
    // What is not here is not refused for ever: whoever needs it looks up what it does on SQL Server 2017, then adds it.
    private static readonly FrozenSet<Type> Statements = new[]
    {
        typeof(SelectStatement), typeof(InsertStatement), typeof(UpdateStatement), typeof(DeleteStatement), typeof(IfStatement),
        typeof(BeginEndBlockStatement), typeof(DeclareVariableStatement), typeof(ExecuteStatement), typeof(PredicateSetStatement),
        typeof(TryCatchStatement), typeof(ThrowStatement), typeof(CreateTableStatement), typeof(CreateIndexStatement),
        typeof(AlterTableAddTableElementStatement),
    }.ToFrozenSet();

    // All of SQL Server 2017 or older, with one meaning everywhere. LEN, DATALENGTH, HASHBYTES and FORMAT are left out on purpose.
    private static readonly FrozenSet<string> Functions = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ABS", "AVG", "CEILING", "CHARINDEX", "CONCAT", "COUNT", "COUNT_BIG", "DATEADD", "DATEDIFF", "DATEDIFF_BIG", "FLOOR", "ISJSON", "ISNULL",
        "JSON_VALUE", "LOWER", "MAX", "MIN", "OBJECT_ID", "REPLACE", "ROUND", "ROW_NUMBER", "SUBSTRING", "SUM", "SYSUTCDATETIME", "UPPER", "XACT_STATE");

    private static readonly FrozenSet<string> Procedures = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "sp_getapplock", "sp_releaseapplock");

    private static readonly FrozenSet<string> OtherTimes = FrozenSet.Create(StringComparer.Ordinal, "datetime", "smalldatetime", "datetimeoffset", "time");

    public override void Visit(TSqlStatement node)
    {
        if (!Statements.Contains(node.GetType()))
            faults.Add($"{node.GetType().Name} is not of our subset.");
        if (!IsTerminated(node))
            faults.Add($"No semicolon after: {TSqlScripts.TextOf(node)}");
    }

    public override void Visit(AssignmentSetClause node)
    {
        if (node.Variable is not null)
            faults.Add("UPDATE assigns a variable: use OUTPUT inserted.");
    }

    public override void Visit(TableDefinition node)
    {
        if (node.Indexes.Count > 0 || node.ColumnDefinitions.Any(column => column.Index is not null))
            faults.Add("Inline INDEX: use CREATE INDEX.");
        if (node.SystemTimePeriod is not null)
            faults.Add("A temporal table.");
    }

    public override void Visit(ColumnDefinition node)
    {
        var name = node.ColumnIdentifier.Value;
        var type = TSqlSchema.TypeOf(node.DataType);
        if (!node.Constraints.OfType<NullableConstraintDefinition>().Any())
            faults.Add($"Column {name} says neither NULL nor NOT NULL.");
        if (OtherTimes.Contains(type) || (type == "datetime2" && node.DataType is not SqlDataTypeReference { Parameters: [{ Value: "3" }] }))
            faults.Add($"Column {name}: times are datetime2(3).");
        if (node.Collation is { Value: var collation } && !collation.EndsWith("_BIN2", StringComparison.Ordinal))
            faults.Add($"Column {name}: collation {collation} is not a BIN2 one.");
    }

    public override void Visit(ConstraintDefinition node)
    {
        if (node is not NullableConstraintDefinition and not DefaultConstraintDefinition && node.ConstraintIdentifier is null)
            faults.Add($"A constraint without a name: {TSqlScripts.TextOf(node)}");
    }

    public override void Visit(DefaultConstraintDefinition node)
    {
        if (node.WithValues)
            faults.Add("DEFAULT … WITH VALUES: say NOT NULL instead.");
    }

    public override void Visit(FunctionCall node)
    {
        if (node.CallTarget is not null)
            faults.Add($"A method or user-defined function: {node.FunctionName.Value}.");
        else if (!Functions.Contains(node.FunctionName.Value))
            faults.Add($"Function {node.FunctionName.Value} is not on the list.");
        if (node.WithinGroupClause is not null)
            faults.Add("WITHIN GROUP.");
    }

    public override void Visit(ExecuteSpecification node)
    {
        if (node.ExecutableEntity is not ExecutableProcedureReference { ProcedureReference.ProcedureReference.Name.BaseIdentifier.Value: var name }
            || !Procedures.Contains(name))
        {
            faults.Add("EXEC of something that is not on the list.");
        }
    }

    public override void Visit(StringLiteral node)
    {
        if (!node.IsNational)
            faults.Add($"Literal without N: {node.Value}.");
    }

    public override void Visit(SelectStarExpression node) => faults.Add("A list of columns that says *.");

    public override void Visit(SelectStatement node)
    {
        if (node.Into is not null)
            faults.Add("SELECT … INTO.");
    }

    public override void Visit(SelectSetVariable node) => faults.Add("SELECT assigns a variable.");

    public override void Visit(TopRowFilter node)
    {
        if (node.WithTies || node.Percent)
            faults.Add("TOP … PERCENT or WITH TIES.");
        if (node.Expression is not ParenthesisExpression)
            faults.Add("TOP without parentheses.");
    }

    public override void Visit(OutputIntoClause node) => faults.Add("OUTPUT … INTO.");

    public override void Visit(AtTimeZoneCall node) => faults.Add("AT TIME ZONE: times are in UTC.");

    private static bool IsTerminated(TSqlStatement node)
    {
        if (node.ScriptTokenStream[node.LastTokenIndex].TokenType == TSqlTokenType.Semicolon)
            return true;
        var next = node.ScriptTokenStream.Skip(node.LastTokenIndex + 1).FirstOrDefault(token => token.TokenType is not (
            TSqlTokenType.WhiteSpace or TSqlTokenType.SingleLineComment or TSqlTokenType.MultilineComment));
        return next?.TokenType == TSqlTokenType.Semicolon;
    }
}
