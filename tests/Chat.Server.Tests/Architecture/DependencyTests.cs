using System.Text.RegularExpressions;
using Chat.Server.Providers;
using Chat.Server.Storage;
using Chat.Server.Storage.Copying;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;
using Microsoft.Extensions.AI;
using Mono.Cecil;

namespace Chat.Server.Tests.Architecture;

/// <summary>Who uses whom, read from the compiled program, against the table of folders.</summary>
public sealed partial class DependencyTests
{
    private static readonly string Source = Repository.PathOf("src", "Chat.Server");

    private static readonly ModuleDefinition Product = ModuleDefinition.ReadModule(typeof(Database).Assembly.Location);

    private static readonly IReadOnlyCollection<TypeUse> Uses = TypeUses.Of(Product);

    [Fact]
    public void No_folder_uses_one_that_the_table_does_not_allow() => Assert.Empty(ForbiddenArrows(Uses));

    [Fact]
    public void Every_folder_is_in_the_table()
    {
        var folders = SourceFiles().Select(FolderOf).Distinct().ToList();
        Assert.Contains("Hosting", folders);
        Assert.Empty(folders.Except(FolderTable.All));
    }

    // The namespace is what the compiled program tells of a type's folder, so it must be the truth.
    [Fact]
    public void A_file_s_namespace_is_its_folder()
    {
        var wrong = SourceFiles().Where(file => FolderOf(file) != Folders.Program && Folders.Of(NamespaceOf(file) + ".Type") != FolderOf(file));
        Assert.Empty(wrong.Select(file => Path.GetRelativePath(Source, file)));
    }

    // Constants and documentation leave no trace in the compiled program; the file that names them has a using.
    [Fact]
    public void No_file_imports_a_folder_that_its_own_may_not_use()
    {
        var wrong = SourceFiles().SelectMany(file => UsingOf().Matches(File.ReadAllText(file))
            .Select(match => (File: file, To: Folders.Of(match.Groups["name"].Value + ".Type")))
            .Where(use => use.To is not null && !FolderTable.Allows(FolderOf(file), use.To)));
        Assert.Empty(wrong.Select(use => $"{Path.GetRelativePath(Source, use.File)} -> {use.To}"));
    }

    [Fact]
    public void Only_the_metering_reaches_a_provider()
    {
        var providers = typeof(ProviderDirectory).Assembly.GetTypes()
            .Where(type => type == typeof(ProviderDirectory) || type == typeof(AttemptClients) || (type.IsAssignableTo(typeof(IChatClient)) && Folders.Of(type.FullName!) == "Providers"))
            .Select(type => type.FullName!)
            .ToHashSet(StringComparer.Ordinal);
        Assert.True(providers.Count >= 4, "The directory, the upstreams, the guide and the fail-over.");
        Assert.Contains(Uses, use => use.Used == typeof(ProviderDirectory).FullName && Folders.Of(use.User) == "Quotas");
        Assert.DoesNotContain(Uses, use => providers.Contains(use.Used) && Folders.Of(use.User) is not (null or "Providers" or "Quotas"));
    }

    [Fact]
    public void Only_Storage_speaks_to_a_database()
    {
        // The guide's full-text index is a database in memory, and no store.
        Assert.DoesNotContain(Uses, use => IsData(use.Used) && Folders.Of(use.User) is not (null or "Storage")
            && !use.User.StartsWith("Chat.Server.Providers.Guide.", StringComparison.Ordinal));
        Assert.Contains(Uses, use => IsData(use.Used) && Folders.Of(use.User) == "Storage");

        static bool IsData(string type) => type.StartsWith("Dapper.", StringComparison.Ordinal)
            || type.StartsWith("System.Data.", StringComparison.Ordinal)
            || type.StartsWith("Microsoft.Data.", StringComparison.Ordinal);
    }

    // What the tests of SQL texts enumerate is all there is: fields, and what a field that declares a copied table makes.
    [Fact]
    public void Every_Sql_is_made_for_a_static_field()
    {
        var made = MakersOf(operand =>
            operand is MethodReference { Name: nameof(Sql.Of) or nameof(Sql.Portable) } called && called.DeclaringType.FullName == typeof(Sql).FullName);
        var tables = MakersOf(operand => operand is MethodReference { Name: ".ctor" } called && called.DeclaringType.FullName == typeof(CopiedTable).FullName);

        Assert.All(made.Concat(tables), method => Assert.Equal(".cctor", method));
        Assert.Equal(SqlTexts.Fields.Count, made.Count);
        Assert.Equal(SqlTexts.Copying.Count, tables.Count * typeof(CopiedTable).GetProperties().Count(property => property.PropertyType == typeof(Sql)));

        static List<string> MakersOf(Func<object, bool> makes) => [.. Product.Types.SelectMany(TypeUses.WithNested).SelectMany(type => type.Methods)
            .Where(method => method.HasBody && method.DeclaringType.FullName != typeof(Sql).FullName && method.DeclaringType.FullName != typeof(CopiedTable).FullName)
            .SelectMany(method => method.Body.Instructions.Where(instruction => makes(instruction.Operand)).Select(_ => method.Name))];
    }

    [Fact]
    public void The_product_knows_nothing_of_its_tests()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories))
            Assert.DoesNotMatch(TestReference(), File.ReadAllText(file));
        Assert.DoesNotContain(Product.AssemblyReferences.Select(reference => reference.Name), name =>
            name.Contains("Test", StringComparison.OrdinalIgnoreCase) || name.StartsWith("xunit", StringComparison.OrdinalIgnoreCase));
    }

    internal static IEnumerable<TypeUse> ForbiddenArrows(IEnumerable<TypeUse> uses) => uses.Where(use =>
        (Folders.Of(use.User), Folders.Of(use.Used)) is ({ } from, { } to) && !FolderTable.Allows(from, to));

    private static IEnumerable<string> SourceFiles() => Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
        .Where(file => Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"));

    private static string FolderOf(string file) =>
        Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar) is [var folder, _, ..] ? folder : Folders.Program;

    private static string NamespaceOf(string file) => NamespaceLine().Match(File.ReadAllText(file)).Groups["name"].Value;

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using (static |\w+ = )?(?<name>Chat\.Server\.[\w.]+);", RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex UsingOf();

    [GeneratedRegex(@"<(Project|Package)?Reference Include=""[^""]*([Tt]ests|xunit)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TestReference();
}
