using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Chat.Server.Hosting.Docs;

/// <summary>The two forms of the documentation page, each with the content security policy that it is served under.</summary>
internal static class DocsPage
{
    /// <summary>
    /// Zod, which Scalar carries, tries whether eval is allowed and falls back without it: the try alone is reported as a
    /// violation. This setting of Zod's own takes the try away.
    /// </summary>
    private const string WithoutEval = "globalThis.__zod_globalConfig={jitless:true}";

    /// <summary>
    /// As strict as Scalar 1.72.1 runs under: its styles are inline elements and attributes, and it needs neither eval nor any
    /// inline script but the one above. "connect-src 'self'" is what keeps the page from talking to anybody else.
    /// </summary>
    public static readonly string Policy =
        $"default-src 'none'; script-src 'self' 'sha256-{Hash(WithoutEval)}'; style-src 'unsafe-inline'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The plain page needs nothing at all.</summary>
    public const string PolicyWithoutScript = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>What the page says where the build could not fetch Scalar.</summary>
    public const string WithoutScript =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>Chat API</title>
        </head>
        <body>
          <main>
            <h1>Chat API</h1>
            <p>The description of the API is here: <a href="openapi/v1.json">openapi/v1.json</a> (OpenAPI 3.1). Any OpenAPI tool reads it.</p>
            <h2>The interactive page is missing</h2>
            <p>It needs a script that the build fetches with npm, and this build had none: npm or the network was missing, the
              download did not match its checksum, or the build was told to leave it out. The build's output says which.</p>
            <p>To get it, build again where <code>npm</code> and <code>tar</code> are installed and the npm registry can be reached,
              without <code>-p:ScalarBundle=skip</code>, then restart the service:</p>
            <pre><code>dotnet build src/Chat.Server -p:ScalarBundle=require</code></pre>
          </main>
        </body>
        </html>

        """;

    /// <summary>
    /// Scalar's settings. Off is everything that speaks to Scalar's own services: fonts, telemetry, the AI agent, the MCP
    /// generator, the "open in client" button, the developer tools; and no request is sent through a proxy. The generated samples
    /// are cut down to five. There is no default client on purpose: without one Scalar opens curl, but prefers an operation's own
    /// x-codeSamples where there are any; with one, those would stand hidden in the menu.
    /// </summary>
    private const string Configuration =
        """
        {
          "url": "openapi/v1.json",
          "withDefaultFonts": false,
          "telemetry": false,
          "agent": { "disabled": true },
          "mcp": { "disabled": true },
          "hideClientButton": true,
          "showDeveloperTools": "never",
          "documentDownloadType": "direct",
          "hiddenClients": {
            "c": true, "clojure": true, "dart": true, "fsharp": true, "go": true, "http": true, "java": true, "julia": true,
            "kotlin": true, "node": true, "objc": true, "ocaml": true, "powershell": true, "r": true, "ruby": true,
            "rust": true, "swift": true,
            "shell": ["httpie", "wget"],
            "js": ["axios", "jquery", "ofetch", "xhr"],
            "python": ["python3", "aiohttp", "httpx_sync", "httpx_async"],
            "php": ["guzzle", "laravel"],
            "csharp": ["restsharp"]
          }
        }
        """;

    /// <summary>The page over the script with this fingerprint.</summary>
    public static string For(string fingerprint) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Chat API</title>
          <link rel="icon" href="data:,">
        </head>
        <body>
          <noscript><p>This page needs JavaScript. The description itself does not: <a href="openapi/v1.json">openapi/v1.json</a>.</p></noscript>
          <script id="api-reference" data-configuration="{HtmlEncoder.Default.Encode(Configuration)}"></script>
          <script>{WithoutEval}</script>
          <script src="docs/scalar.js?v={fingerprint}"></script>
        </body>
        </html>

        """;

    private static string Hash(string script) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
}
