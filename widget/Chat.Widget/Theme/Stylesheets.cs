using System.Collections.Concurrent;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Theme;

/// <summary>
/// The widget's stylesheets, one for the owner's page and one for the widget's own pages, each with the accent's colours at its head. The address is a
/// function of the content and the content of the address, so that any instance can answer it and a browser may keep it for ever.
/// </summary>
internal static partial class Stylesheets
{
    public const string Launcher = "launcher";
    public const string Panel = "panel";

    private const int MaxKept = 64;

    private static readonly Dictionary<string, string> Sheets = new(StringComparer.Ordinal)
    {
        [Launcher] = Read("launcher.css"),
        [Panel] = Read("panel.css"),
    };

    private static readonly Dictionary<string, string> Versions = Sheets.ToDictionary(sheet => sheet.Key, sheet => Hash(sheet.Value), StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<(string Name, Accent Accent), Sheet> Kept = new();

    /// <summary>The file's name: <c>panel.2456c7.1a2b3c4d.css</c>.</summary>
    public static string FileOf(string name, Accent accent) => $"{name}.{accent.Hex}.{Versions[name]}.css";

    /// <summary>Answers a request for a file; 404 for what is no name of one.</summary>
    public static async Task ServeAsync(HttpContext context)
    {
        var match = FileName().Match(context.Request.RouteValues["file"] as string ?? "");
        if (!match.Success || !Accent.TryParse(match.Groups["accent"].Value, out var accent))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var name = match.Groups["name"].Value;
        // A page of the release before may still ask for its own version: it gets this one, and must not keep it.
        var isCurrent = match.Groups["version"].Value == Versions[name];
        await SendAsync(context, name, accent, isCurrent ? "public, max-age=31536000, immutable" : "no-cache");
    }

    /// <summary>Sends a stylesheet, packed as the browser takes it.</summary>
    public static async Task SendAsync(HttpContext context, string name, Accent accent, string cacheControl)
    {
        context.Response.ContentType = "text/css; charset=utf-8";
        context.Response.Headers.CacheControl = cacheControl;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var body = Encode(context, SheetOf(name, accent));
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The stylesheet's text.</summary>
    public static string TextOf(string name, Accent accent)
    {
        var (light, dark) = (accent.OnLight, accent.OnDark);
        var colours = $"--l:#{light.Hex};--lt:#{light.TextOnIt.Hex};--d:#{dark.Hex};--dt:#{dark.TextOnIt.Hex}";
        return Sheets[name].Replace("--accent:0", colours, StringComparison.Ordinal);
    }

    // Packed once, by us: many sites pack nothing of their own. Nothing in it is a visitor's or a secret.
    private static byte[] Encode(HttpContext context, Sheet sheet)
    {
        context.Response.Headers.Vary = "Accept-Encoding";
        var accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        foreach (var (encoding, bytes) in new[] { ("br", sheet.Brotli), ("gzip", sheet.Gzip) })
        {
            if (!accepted.Any(value => value.Value == encoding && value.Quality is not 0))
                continue;
            context.Response.Headers.ContentEncoding = encoding;
            return bytes;
        }

        return sheet.Plain;
    }

    // Whoever asks for thousands of colours gets them, and they are not kept.
    private static Sheet SheetOf(string name, Accent accent)
    {
        if (Kept.TryGetValue((name, accent), out var kept))
            return kept;
        var plain = Encoding.UTF8.GetBytes(TextOf(name, accent));
        var made = new Sheet(plain, Pack(plain, to => new GZipStream(to, CompressionLevel.SmallestSize)), Pack(plain, to => new BrotliStream(to, CompressionLevel.Optimal)));
        if (Kept.Count < MaxKept)
            Kept.TryAdd((name, accent), made);
        return made;
    }

    private static byte[] Pack(byte[] plain, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
            stream.Write(plain);
        return packed.ToArray();
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    private static string Read(string file)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"Chat.Widget.Theme.{file}")!);
        return Compact(reader.ReadToEnd());
    }

    // The files are written to be read; what is sent has neither comments nor indentation.
    private static string Compact(string css) => Space().Replace(Comment().Replace(css, ""), "${mark}").Trim();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Comment();

    // A blank after a colon goes too: here a colon with a blank always stands between a property and its value.
    [GeneratedRegex(@"\s*(?<mark>[{};,])\s*|(?<=:) +|\n\s*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Space();

    [GeneratedRegex(@"^(?<name>launcher|panel)\.(?<accent>[0-9a-f]{6})\.(?<version>[0-9a-f]{8})\.css$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex FileName();

    private sealed record Sheet(byte[] Plain, byte[] Gzip, byte[] Brotli);
}
