namespace Chat.Server.Hosting.Docs;

/// <summary>Where the documentation page finds what it does not carry itself.</summary>
public sealed class DocsOptions
{
    /// <summary>
    /// The folder that holds <c>scalar.js</c> and, beside it, its compressed copies <c>scalar.js.br</c> and <c>scalar.js.gz</c>.
    /// Default: <c>docs</c> beside the program, where the build puts them. A folder without <c>scalar.js</c> is no error: the
    /// page then says how to get it. Looked at once, at the first request.
    /// </summary>
    public string BundleDirectory { get; set; } = Path.Combine(AppContext.BaseDirectory, "docs");
}
