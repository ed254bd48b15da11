using System.Reflection;

namespace Chat.Server.Storage;

/// <summary>One numbered script of one engine, such as <c>0001_initial</c>. Scripts are only ever added.</summary>
/// <param name="Name">The number and name, the same on both engines.</param>
/// <param name="Text">The script.</param>
public sealed record Migration(string Name, string Text)
{
    private const string Separator = "GO";

    /// <summary>The script's batches: what stands between lines that hold <c>GO</c> and nothing else.</summary>
    public IEnumerable<string> Batches
    {
        get
        {
            List<string> batch = [];
            foreach (var line in Text.Split('\n').Append(Separator))
            {
                if (line.Trim() != Separator)
                {
                    batch.Add(line);
                    continue;
                }

                if (batch.Exists(kept => !string.IsNullOrWhiteSpace(kept)))
                    yield return string.Join('\n', batch);
                batch.Clear();
            }
        }
    }

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
}
