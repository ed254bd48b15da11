using System.Collections.Frozen;

namespace Chat.Server.Tests.Architecture;

/// <summary>
/// The folders of <c>src/Chat.Server</c> in the order of their dependency, and which others each may use. A new folder is a
/// new row; a new arrow is a decision, made here and in the README's map together.
/// </summary>
internal static class FolderTable
{
    // Reads options from configuration, as every capability does.
    private const string Everywhere = "Settings";

    private static readonly FrozenDictionary<string, string[]> Rows = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        [Everywhere] = [],
        ["Errors"] = [],
        ["Storage"] = [],
        ["Rendering"] = [],
        ["Http"] = ["Errors"],
        ["Providers"] = ["Errors"],
        ["Channels"] = ["Errors", "Http", "Storage", "Providers"],
        ["Quotas"] = ["Errors", "Http", "Storage", "Providers", "Channels"],
        ["Conversations"] = ["Errors", "Http", "Storage", "Rendering", "Channels", "Quotas"],
        ["WidgetHost"] = ["Errors", "Http", "Storage", "Rendering", "Channels", "Quotas", "Conversations"],
        ["Administration"] = ["Errors", "Http", "Storage", "Providers", "Channels", "Quotas", "Conversations", "WidgetHost"],
        ["Gateway"] = ["Errors", "Http", "Channels", "Quotas"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // The owner's pages use every capability, what only the program needs uses those too, and Program.cs names each once.
    private static readonly string[] Top = ["Console", "Hosting", Folders.Program];

    public static IReadOnlyCollection<string> All => [.. Rows.Keys, .. Top];

    /// <summary>Whether a type of one folder may use one of another.</summary>
    public static bool Allows(string from, string to) => from == to || (from, to) switch
    {
        (Folders.Program, _) => All.Contains(to),
        ("Hosting", _) => to != Folders.Program && All.Contains(to),
        ("Console", _) => Rows.ContainsKey(to),
        (_, Everywhere) => Rows.ContainsKey(from),
        _ => Rows.TryGetValue(from, out var row) && row.Contains(to),
    };
}

/// <summary>What a type's namespace says of its folder.</summary>
internal static class Folders
{
    public const string Program = "Program";
    private const string Root = "Chat.Server.";

    /// <summary>The folder, or null for types that are not of any: those of other libraries, and what compilers add.</summary>
    public static string? Of(string typeName) => typeName switch
    {
        Program => Program,
        _ when typeName.StartsWith(Root, StringComparison.Ordinal) && typeName.IndexOf('.', Root.Length) is > 0 and var end => typeName[Root.Length..end],
        _ => null,
    };
}
