using System.Reflection;
using System.Text.RegularExpressions;

namespace Chat.Server.Storage;

/// <summary>One numbered script of one engine, such as <c>0001_initial</c>. Scripts are only ever added.</summary>
/// <param name="Name">The number and name, the same on both engines.</param>
/// <param name="Text">The script.</param>
public sealed partial record Migration(string Name, string Text)
{
    /// <summary>The script's batches: what stands between lines that hold <c>GO</c> and nothing else.</summary>
    public IEnumerable<string> Batches => BatchSeparator().Split(Text).Where(batch => !string.IsNullOrWhiteSpace(batch));

    /// <summary>All scripts of an engine, in order.</summary>
    public static IReadOnlyList<Migration> For(DatabaseEngine engine)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var prefix = $"{typeof(Migration).Namespace}.Migrations.{engine}.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new Migration(name[prefix.Length..^".sql".Length], Read(assembly, name)))];
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^[ \t]*GO[ \t]*\r?$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex BatchSeparator();
}
