using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Chat.Server.WidgetHost;

namespace Chat.Server.Hosting.Start;

/// <summary>The first page's HTML: one document with its own stylesheet, no script.</summary>
internal static class StartPage
{
    private static readonly string Style = Read();

    /// <summary>Its stylesheet, and the chat in a frame; nothing else is loaded, and nobody may show the page.</summary>
    public static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; frame-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>What there is to show of the demo channel.</summary>
    /// <param name="Snippets">Its chat, for a website.</param>
    /// <param name="Curl">A question to it, for a terminal.</param>
    public sealed record Demo(EmbedSnippets Snippets, string Curl);

    /// <summary>The page; without a demo channel it says how to make one's own.</summary>
    public static string Of(Demo? demo) => $"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Chat is running</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><style>{Style}</style></head>
        <body><main>
        <section class="say"><p class="up">Running</p><h1>An AI chat for any website, without a line of JavaScript.</h1>
        <p class="lead">{(demo is null ? "There is no demo channel here, because there are channels already." : "Try it: this is the demo channel, answering offline from the product’s own guide. No account, no network.")}</p>
        <ul class="next"><li><a href="docs">API documentation</a></li><li><a href="admin">Your channels</a></li><li><a href="openapi/v1.json">OpenAPI</a></li><li><a href="readyz">Health</a></li></ul></section>
        {(demo is null ? OwnChannel : Live(demo))}
        </main></body></html>

        """;

    private const string OwnChannel = """
        <section class="how"><h2>A channel’s chat</h2><p>Its page is <code>/embed/{id}</code>. This prints what a website needs:</p>
        <pre tabindex="0"><code>dotnet run --project src/Chat.Server -- channel list
        dotnet run --project src/Chat.Server -- channel embed {id}</code></pre></section>
        """;

    private static string Live(Demo demo) => $"""
        <section class="live" aria-label="The demo channel’s chat">{demo.Snippets.Inline}</section>
        <section class="how"><h2>On your website</h2>
        <p>Paste this before <code>&lt;/body&gt;</code>: a button in the corner that opens the chat. Works on pages of this machine as it is; for a real website,
        make a channel of its own and add the website to its allowed origins.</p>
        <pre tabindex="0"><code>{Text(demo.Snippets.Corner)}</code></pre>
        <h2>From your backend</h2>
        <pre tabindex="0"><code>{Text(demo.Curl)}</code></pre>
        <h2>A channel of your own</h2>
        <pre tabindex="0"><code>dotnet run --project src/Chat.Server -- channel create --name "My site" --allowed-origin https://www.example.com
        dotnet run --project src/Chat.Server -- channel embed &lt;id&gt;</code></pre></section>
        """;

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private static string Read()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Chat.Server.Hosting.Start.start.css")!);
        // As an HTML parser hands it on, which is what the policy's hash is of.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
