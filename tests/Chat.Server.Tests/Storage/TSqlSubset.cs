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
        typeof(AlterTableAddTableElementStatement), typeof(AlterTableDropTableElementStatement), typeof(DropIndexStatement), typeof(DropTableStatement),
        typeof(SetIdentityInsertStatement), typeof(SetTransactionIsolationLevelStatement), typeof(DbccStatement),
    }.ToFrozenSet();

    // CONVERT is left out for its styles, LIKE for the collation that it goes by, CURRENT_TIMESTAMP for its type.
    private static readonly FrozenSet<Type> Expressions = new[]
    {
        typeof(ColumnReferenceExpression), typeof(VariableReference), typeof(GlobalVariableExpression), typeof(IntegerLiteral), typeof(StringLiteral),
        typeof(NullLiteral), typeof(MaxLiteral), typeof(BinaryExpression), typeof(UnaryExpression), typeof(ParenthesisExpression), typeof(SearchedCaseExpression),
        typeof(SimpleCaseExpression), typeof(CoalesceExpression), typeof(NullIfExpression), typeof(CastCall), typeof(FunctionCall), typeof(ScalarSubquery),
        typeof(IdentifierLiteral),
    }.ToFrozenSet();

    private static readonly FrozenSet<Type> Conditions = new[]
    {
        typeof(BooleanComparisonExpression), typeof(BooleanBinaryExpression), typeof(BooleanNotExpression), typeof(BooleanParenthesisExpression),
        typeof(BooleanIsNullExpression), typeof(InPredicate), typeof(ExistsPredicate), typeof(BooleanTernaryExpression),
    }.ToFrozenSet();

    private static readonly FrozenSet<string> Types = FrozenSet.Create(
        StringComparer.Ordinal,
        "bigint", "int", "smallint", "tinyint", "bit", "nvarchar", "nvarchar(max)", "varchar", "binary", "varbinary", "varbinary(max)", "uniqueidentifier", "datetime2");

    // All of SQL Server 2017 or older, with one meaning everywhere. LEN, DATALENGTH, HASHBYTES and FORMAT are left out on purpose.
    private static readonly FrozenSet<string> Functions = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ABS", "AVG", "CEILING", "CHARINDEX", "CONCAT", "COUNT", "COUNT_BIG", "DATEADD", "DATEDIFF", "DATEDIFF_BIG", "DB_NAME", "FLOOR", "IDENT_CURRENT", "ISJSON", "ISNULL",
        "JSON_VALUE", "LOWER", "MAX", "MIN", "OBJECT_ID", "REPLACE", "ROUND", "ROW_NUMBER", "SUBSTRING", "SUM", "SYSUTCDATETIME", "UPPER", "XACT_STATE");

    private static readonly FrozenSet<string> Procedures = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "sp_getapplock", "sp_releaseapplock");

    private int _changes;
    private bool _abortsWhole;

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
        if (!node.Constraints.OfType<NullableConstraintDefinition>().Any())
            faults.Add($"Column {name} says neither NULL nor NOT NULL.");
        if (node.Collation is { Value: var collation } && !collation.EndsWith("_BIN2", StringComparison.Ordinal))
            faults.Add($"Column {name}: collation {collation} is not a BIN2 one.");
    }

    public override void Visit(ConstraintDefinition node)
    {
        if (node is not NullableConstraintDefinition && node.ConstraintIdentifier is null)
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

    public override void Visit(DbccStatement node)
    {
        if (node.Command != DbccCommand.CheckIdent)
            faults.Add($"DBCC {node.Command}.");
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

    /// <summary>After all of a text was visited: what only the whole of it tells.</summary>
    public void End()
    {
        if (_changes > 1 && !_abortsWhole)
            faults.Add("Several changes without SET XACT_ABORT ON: the second can fail and leave the first.");
    }

    public override void Visit(DataModificationStatement node) => _changes++;

    // NOCOUNT would hide the numbers of rows that the stores decide by.
    // Back to the level that every connection has; what needs another is right at none.
    public override void Visit(SetTransactionIsolationLevelStatement node)
    {
        if (node.Level != IsolationLevel.ReadCommitted)
            faults.Add($"SetTransactionIsolationLevelStatement {node.Level} is not of our subset.");
    }

    public override void Visit(PredicateSetStatement node)
    {
        if (node is { Options: SetOptions.XactAbort, IsOn: true })
            _abortsWhole = true;
        else
            faults.Add($"SET {node.Options} is not of our subset.");
    }

    public override void Visit(ScalarExpression node)
    {
        if (!Expressions.Contains(node.GetType()))
            faults.Add($"{node.GetType().Name} is not of our subset.");
    }

    public override void Visit(BooleanExpression node)
    {
        if (!Conditions.Contains(node.GetType()))
            faults.Add($"{node.GetType().Name} is not of our subset.");
    }

    public override void Visit(DataTypeReference node)
    {
        var type = TSqlSchema.TypeOf(node);
        if (type is "datetime" or "smalldatetime" or "datetimeoffset" or "time" || (type == "datetime2" && node is not SqlDataTypeReference { Parameters: [{ Value: "3" }] }))
            faults.Add($"Type {type}: times are datetime2(3).");
        else if (!Types.Contains(type))
            faults.Add($"Type {type} is not of our subset.");
        else if (type is "nvarchar" or "varchar" or "binary" or "varbinary" && node is not SqlDataTypeReference { Parameters.Count: 1 })
            faults.Add($"Type {type} without a length.");
    }

    public override void Visit(GlobalVariableExpression node)
    {
        if (node.Name.ToUpperInvariant() is not ("@@ROWCOUNT" or "@@SERVERNAME"))
            faults.Add($"{node.Name} is not of our subset.");
    }

    public override void Visit(PrimaryExpression node)
    {
        if (node.Collation is { Value: var collation } && !collation.EndsWith("_BIN2", StringComparison.Ordinal))
            faults.Add($"Collation {collation} is not a BIN2 one.");
    }

    // Parsed and ignored by some: what is right only with a hint is wrong. READCOMMITTEDLOCK lets a look-up wait for a commit under
    // way where readers would see the state before it; without it the work meets its own mark, and is looked up again.
    public override void Visit(TableHint node)
    {
        if (node.HintKind != TableHintKind.ReadCommittedLock)
            faults.Add($"Table hint {node.HintKind}.");
    }

    public override void Visit(OptimizerHint node) => faults.Add($"Query hint {node.HintKind}.");

    public override void Visit(QuerySpecification node)
    {
        if (node.TopRowFilter is not null && node.OrderByClause is null)
            faults.Add("TOP without ORDER BY takes any rows.");
        if (node.UniqueRowFilter == UniqueRowFilter.Distinct)
            faults.Add("DISTINCT: which texts are the same is the collation's to say.");
    }

    public override void Visit(ExpressionWithSortOrder node)
    {
        if (node.Expression is Literal)
            faults.Add("ORDER BY a position.");
    }

    public override void Visit(ForeignKeyConstraintDefinition node)
    {
        if (node.DeleteAction is not (DeleteUpdateAction.NotSpecified or DeleteUpdateAction.NoAction or DeleteUpdateAction.Cascade) || node.UpdateAction != DeleteUpdateAction.NotSpecified)
            faults.Add("A reference that sets something.");
    }

    private static bool IsTerminated(TSqlStatement node)
    {
        if (node.ScriptTokenStream[node.LastTokenIndex].TokenType == TSqlTokenType.Semicolon)
            return true;
        var next = node.ScriptTokenStream.Skip(node.LastTokenIndex + 1).FirstOrDefault(token => token.TokenType is not (
            TSqlTokenType.WhiteSpace or TSqlTokenType.SingleLineComment or TSqlTokenType.MultilineComment));
        return next?.TokenType == TSqlTokenType.Semicolon;
    }
}
