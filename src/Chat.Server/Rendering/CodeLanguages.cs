
namespace Chat.Server.Rendering;

/// <summary>
/// The languages of code that get a class, <c>language-…</c>. A class is an attribute, and no attribute comes from the text: the name is looked
/// up here and written from here.
/// </summary>
internal static class CodeLanguages
{
    private static readonly Dictionary<string, string> ClassByName = new[]
    {
        "bash", "c", "cpp", "csharp", "cs", "css", "csv", "dart", "diff", "dockerfile", "elixir", "fsharp", "go", "graphql", "haskell", "html",
        "http", "ini", "java", "javascript", "js", "json", "jsx", "kotlin", "kql", "latex", "lua", "makefile", "markdown", "md", "mermaid", "nginx",
        "objectivec", "perl", "php", "plaintext", "powershell", "ps1", "python", "py", "r", "razor", "ruby", "rb", "rust", "rs", "scala", "scss",
        "sh", "shell", "sql", "svg", "swift", "text", "toml", "ts", "tsx", "txt", "typescript", "vb", "xml", "yaml", "yml", "zsh",
    }.ToDictionary(name => name, name => $"language-{name}", StringComparer.OrdinalIgnoreCase);

    /// <summary>The class for a fence's info string, or null for one that is not on the list.</summary>
    public static string? ClassOf(string? info) => info is not null && ClassByName.TryGetValue(info, out var name) ? name : null;
}
