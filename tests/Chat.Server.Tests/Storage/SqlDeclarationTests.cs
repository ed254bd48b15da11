using System.Reflection;
using Chat.Server.Providers.Guide;
using Chat.Server.Storage;
using Chat.Server.Storage.Copying;
using Chat.Server.Storage.Statements;
using Chat.Server.Tests.Architecture;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Chat.Server.Tests.Storage;

/// <summary>There is one way to run SQL: a static, read-only field of type <see cref="Sql"/>, through a session. So the checks see every text.</summary>
public sealed class SqlDeclarationTests
{
    private static readonly string Product = typeof(Sql).Assembly.Location;

    // The session itself, how columns are read, and what keeps an embedded file in order: pragmas, the locks that no statement takes, the log.
    private static readonly string[] Exempt =
    [
        typeof(DbSession).FullName!, typeof(ColumnTypes).FullName!, typeof(SqliteDatabase).FullName!, typeof(ImmediateTransaction).FullName!,
        typeof(SqliteConnections).FullName!, typeof(PreparedConnection).FullName!, typeof(WalCheckpoints).FullName!,
        // The request path's statements, compiled, bound and read without a driver's objects.
        typeof(CompiledStatement).FullName!, typeof(SqliteParameters).FullName!, typeof(SqliteRow).FullName!, typeof(DriverParameters).FullName!,
        // An index in memory, of a channel's own knowledge: no database of the product, and of one engine only.
        typeof(KnowledgeIndex).FullName!,
    ];

    [Fact]
    public void Nobody_else_has_a_statement_run()
    {
        using var module = ModuleDefinition.ReadModule(Product);
        Assert.Empty(Runners(module).Except(Exempt));
        Assert.Equal(Exempt.Order(), Runners(module).Order());
    }

    [Fact]
    public void Every_text_is_made_once_into_a_static_read_only_field()
    {
        using var module = ModuleDefinition.ReadModule(Product);
        Assert.Empty(StrayTexts(module));
        Assert.All(
            typeof(Sql).Assembly.GetTypes().SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                .Where(field => field.FieldType == typeof(Sql) && !IsCompilers(field.DeclaringType!) && field.DeclaringType != typeof(CopiedTable)),
            field => Assert.True(field.IsStatic && field.IsInitOnly, $"{field.DeclaringType!.Name}.{field.Name}"));
    }

    // The control: this assembly does all of it.
    [Theory]
    [InlineData(nameof(RunsByDapper))]
    [InlineData(nameof(RunsByCommand))]
    [InlineData(nameof(RunsByNewCommand))]
    public void Who_has_a_statement_run_is_seen(string name)
    {
        using var module = ModuleDefinition.ReadModule(typeof(SqlDeclarationTests).Assembly.Location);
        var own = module.GetTypes().Single(type => type.FullName == $"{typeof(SqlDeclarationTests).FullName}/{name}");
        Assert.True(Runs(own));
    }

    [Fact]
    public void A_text_made_elsewhere_is_seen()
    {
        using var module = ModuleDefinition.ReadModule(typeof(SqlDeclarationTests).Assembly.Location);
        Assert.Contains(StrayTexts(module), method => method.Contains(nameof(RunsByDapper.MakesText), StringComparison.Ordinal));
        Assert.DoesNotContain(StrayTexts(module), method => method.Contains(nameof(Samples) + "::", StringComparison.Ordinal));
    }

    private static List<string> Runners(ModuleDefinition module) =>
        [.. module.GetTypes().Where(Runs).Select(TypeUses.Outermost).Distinct()];

    private static bool Runs(TypeDefinition type) => type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions).Any(instruction =>
        instruction.Operand is MethodReference called
        && (called.DeclaringType.Namespace == "Dapper" || called.DeclaringType.Namespace == "SQLitePCL"
            || called.Name == "set_CommandText"
            || (called.Name == ".ctor" && called.DeclaringType.Name is "SqlCommand" or "SqliteCommand" or "SqlDataAdapter" or "SqlBulkCopy" or "SqlBatchCommand")));

    // Making one is the affair of a static constructor, which keeps it in a field at once.
    private static List<string> StrayTexts(ModuleDefinition module) =>
    [
        // A table that can be copied makes its statements of its declaration, which is such a field: see SqlTexts.Copying.
        .. module.GetTypes().Where(type => type.FullName != typeof(CopiedTable).FullName).SelectMany(type => type.Methods).Where(method => method.HasBody).SelectMany(method => method.Body.Instructions
            .Where(instruction => instruction.Operand is MethodReference { DeclaringType.FullName: "Chat.Server.Storage.Sql", Name: "Portable" or "Of" }
                && !(method is { IsConstructor: true, IsStatic: true } && instruction.Next.OpCode.Code == Code.Stsfld))
            .Select(_ => method.FullName)),
    ];

    // Where code chooses between fields, the choice is kept in a class of the compiler's.
    private static bool IsCompilers(Type type) => type.Name.StartsWith('<');

    private static class RunsByDapper
    {
        public static Task<int> RunAsync(System.Data.Common.DbConnection connection) => Dapper.SqlMapper.ExecuteAsync(connection, "DELETE FROM turns");

        public static Sql MakesText(string table) => Sql.Portable($"DELETE FROM {table};");
    }

    private static class RunsByCommand
    {
        public static void Run(System.Data.Common.DbCommand command) => command.CommandText = "DELETE FROM turns";
    }

    private static class RunsByNewCommand
    {
        public static object Run() => new Microsoft.Data.SqlClient.SqlCommand("DELETE FROM turns");
    }
}
