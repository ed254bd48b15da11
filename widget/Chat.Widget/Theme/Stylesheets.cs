using System.Collections.Concurrent;
using System.Reflection;
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

    private static readonly Dictionary<string, string> Versions = Sheets.ToDictionary(sheet => sheet.Key, sheet => Stylesheet.VersionOf(sheet.Value), StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<(string Name, Accent Accent), Stylesheet> Kept = new();

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
        await SendAsync(context, name, accent, match.Groups["version"].Value == Versions[name] ? Stylesheet.Forever : Stylesheet.NotKept);
    }

    /// <summary>Sends a stylesheet, packed as the browser takes it.</summary>
    public static Task SendAsync(HttpContext context, string name, Accent accent, string cacheControl) => SheetOf(name, accent).SendAsync(context, cacheControl);

    /// <summary>The stylesheet's text.</summary>
    public static string TextOf(string name, Accent accent)
    {
        var (light, dark) = (accent.OnLight, accent.OnDark);
        var colours = $"--l:#{light.Hex};--lt:#{light.TextOnIt.Hex};--d:#{dark.Hex};--dt:#{dark.TextOnIt.Hex}";
        return Sheets[name].Replace("--accent:0", colours, StringComparison.Ordinal);
    }

    // Whoever asks for thousands of colours gets them, and they are not kept.
    private static Stylesheet SheetOf(string name, Accent accent)
    {
        if (Kept.TryGetValue((name, accent), out var kept))
            return kept;
        var made = new Stylesheet(TextOf(name, accent));
        if (Kept.Count < MaxKept)
            Kept.TryAdd((name, accent), made);
        return made;
    }

    private static string Read(string file) => Stylesheet.Read(Assembly.GetExecutingAssembly(), $"Chat.Widget.Theme.{file}");

    [GeneratedRegex(@"^(?<name>launcher|panel)\.(?<accent>[0-9a-f]{6})\.(?<version>[0-9a-f]{8})\.css$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex FileName();
}
