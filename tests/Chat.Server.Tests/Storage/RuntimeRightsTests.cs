using System.Collections.Frozen;
using Chat.Server.Storage;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// The service runs with a login that may read and write rows and nothing else: SELECT, INSERT, UPDATE, DELETE on the schema. No
/// text of its own but the migrator's table needs more, not even for a temporary table.
/// </summary>
public sealed class RuntimeRightsTests
{
    // Only while it migrates, for which it has another login or leave.
    private static readonly FrozenSet<string> OfTheMigrator = FrozenSet.Create(StringComparer.Ordinal, "Storage.Migrator.CreateTable");

    public static TheoryData<string> Names => [.. SqlTexts.Fields.Keys.Where(name => !OfTheMigrator.Contains(name))];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_needs_no_right_to_change_the_schema(string name) => Assert.Empty(RightsNeededBy(SqlTexts.Fields[name].For(DatabaseEngine.SqlServer)));

    [Theory]
    [InlineData("CREATE TABLE dbo.t (a int NOT NULL);")]
    [InlineData("CREATE TABLE #t (a int NOT NULL);")]
    [InlineData("ALTER TABLE dbo.t ADD b int NULL;")]
    [InlineData("DROP INDEX ix ON dbo.t;")]
    [InlineData("IF 1 = 1 DROP TABLE IF EXISTS dbo.t;")]
    [InlineData("TRUNCATE TABLE dbo.t;")]
    [InlineData("SELECT a INTO dbo.u FROM dbo.t;")]
    [InlineData("SELECT a INTO #u FROM dbo.t;")]
    [InlineData("SELECT a FROM #t;")]
    [InlineData("SET IDENTITY_INSERT dbo.t ON;")]
    [InlineData("EXEC (N'DROP TABLE dbo.t;');")]
    [InlineData("EXEC sp_rename N'dbo.t', N'u';")]
    [InlineData("GRANT SELECT ON SCHEMA::dbo TO chat;")]
    [InlineData("UPDATE STATISTICS dbo.t;")]
    public void A_text_that_needs_more_is_found(string text) => Assert.NotEmpty(RightsNeededBy(text));

    [Fact]
    public void What_is_excepted_exists_and_does_need_the_right() =>
        Assert.All(OfTheMigrator, name => Assert.NotEmpty(RightsNeededBy(SqlTexts.Fields[name].For(DatabaseEngine.SqlServer))));

    private static IReadOnlyList<string> RightsNeededBy(string text)
    {
        var (script, errors) = TSqlScripts.Parse(text);
        Assert.Empty(errors);
        var visitor = new BeyondRows();
        script!.Accept(visitor);
        return visitor.Found;
    }

    private sealed class BeyondRows : TSqlFragmentVisitor
    {
        // Statements that rows alone are read and written by; anything else is suspected until somebody has looked it up.
        private static readonly FrozenSet<Type> OfRows = new[]
        {
            typeof(SelectStatement), typeof(InsertStatement), typeof(UpdateStatement), typeof(DeleteStatement), typeof(IfStatement), typeof(BeginEndBlockStatement),
            typeof(DeclareVariableStatement), typeof(ExecuteStatement), typeof(PredicateSetStatement), typeof(TryCatchStatement), typeof(ThrowStatement),
            typeof(SetTransactionIsolationLevelStatement),
        }.ToFrozenSet();

        // Granted to public in every database.
        private static readonly FrozenSet<string> PublicProcedures = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "sp_getapplock", "sp_releaseapplock");

        public List<string> Found { get; } = [];

        public override void Visit(TSqlStatement node)
        {
            if (!OfRows.Contains(node.GetType()))
                Found.Add(TSqlScripts.TextOf(node));
        }

        public override void Visit(SelectStatement node)
        {
            if (node.Into is not null)
                Found.Add("INTO");
        }

        public override void Visit(SchemaObjectName node)
        {
            if (node.BaseIdentifier.Value.StartsWith('#'))
                Found.Add(node.BaseIdentifier.Value);
        }

        public override void Visit(ExecutableStringList node) => Found.Add("EXEC of a text");

        public override void Visit(ExecutableProcedureReference node)
        {
            if (!PublicProcedures.Contains(node.ProcedureReference.ProcedureReference.Name.BaseIdentifier.Value))
                Found.Add(TSqlScripts.TextOf(node));
        }
    }
}
