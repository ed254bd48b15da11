using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// The types of expressions as SQL Server's rules give them, for the expressions of our subset. Names are those of
/// <see cref="TSqlSchema"/>; a parameter's type is its own name, since only its caller knows it.
/// </summary>
internal static class TSqlTypes
{
    private static readonly string[] Numbers = ["bit", "tinyint", "smallint", "int", "bigint"];

    public static string Of(ScalarExpression? expression, Func<ColumnReferenceExpression, string> columnType, Func<QueryExpression, string> queryType)
    {
        return Find(expression);

        string Find(ScalarExpression? part) => part switch
        {
            ColumnReferenceExpression { ColumnType: ColumnType.Regular } column => columnType(column),
            VariableReference variable => variable.Name,
            IntegerLiteral => "int",
            StringLiteral => "nvarchar",
            NullLiteral => "null",
            ParenthesisExpression parenthesis => Find(parenthesis.Expression),
            UnaryExpression unary => Find(unary.Expression),
            BinaryExpression binary => Wider(Find(binary.FirstExpression), Find(binary.SecondExpression)),
            CoalesceExpression coalesce => coalesce.Expressions.Select(Find).Aggregate(Wider),
            NullIfExpression nullIf => Find(nullIf.FirstExpression),
            SearchedCaseExpression choice => choice.WhenClauses.Select(when => Find(when.ThenExpression)).Append(Find(choice.ElseExpression ?? new NullLiteral())).Aggregate(Wider),
            SimpleCaseExpression choice => choice.WhenClauses.Select(when => Find(when.ThenExpression)).Append(Find(choice.ElseExpression ?? new NullLiteral())).Aggregate(Wider),
            CastCall cast => TSqlSchema.TypeOf(cast.DataType),
            ScalarSubquery subquery => queryType(subquery.QueryExpression),
            FunctionCall call => OfCall(call.FunctionName.Value.ToUpperInvariant(), [.. TSqlNames.ArgumentsOf(call).Select(Find)]),
            _ => "",
        };
    }

    /// <summary>Whether values of the two can be compared, or stand in one column, without a conversion that can fail or that goes by a culture.</summary>
    public static bool Fit(string first, string second) =>
        IsOpen(first) || IsOpen(second) || KindOf(first) == KindOf(second);

    // Data type precedence: of two numbers the wider, and what is known before what is not.
    private static string Wider(string first, string second)
    {
        if (first is "null" or "" || (first.StartsWith('@') && second is not ("null" or "")))
            return second;
        return Array.IndexOf(Numbers, second) > Array.IndexOf(Numbers, first) ? second : first;
    }

    private static string OfCall(string function, IReadOnlyList<string> arguments) => function switch
    {
        "COUNT" or "DATEDIFF" or "OBJECT_ID" or "CHARINDEX" or "ISJSON" => "int",
        "COUNT_BIG" or "DATEDIFF_BIG" or "ROW_NUMBER" or "IDENT_CURRENT" => "bigint",
        "XACT_STATE" => "smallint",
        "SYSUTCDATETIME" => "datetime2",
        "SUM" or "AVG" => arguments[0] is "bigint" ? "bigint" : "int",
        "CONCAT" or "JSON_VALUE" or "LOWER" or "UPPER" or "REPLACE" or "SUBSTRING" => "nvarchar",
        "DATEADD" => arguments[^1],
        _ => arguments.Count > 0 ? arguments[0] : "",
    };

    private static bool IsOpen(string type) => type is "" or "null" || type.StartsWith('@');

    private static string KindOf(string type) => type switch
    {
        "nvarchar" or "varchar" or "nvarchar(max)" => "text",
        "binary" or "varbinary" or "varbinary(max)" => "bytes",
        _ when Numbers.Contains(type) => "number",
        _ => type,
    };
}
