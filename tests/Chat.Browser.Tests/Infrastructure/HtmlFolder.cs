using System.Diagnostics;
using System.Text.Json;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>
/// Documents as they were sent, for html-validate. Its recommended rules, but for three of taste: void-style and no-trailing-whitespace (two ways of writing
/// the same document), and long-title (a title is the owner's).
/// </summary>
internal sealed class HtmlFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("chat-html-").FullName;

    public Task SaveAsync(string name, string html) => File.WriteAllTextAsync(Path.Combine(_path, $"{name}.html"), html);

    /// <summary>What is wrong, a line each; empty for nothing.</summary>
    public async Task<string> FaultsAsync()
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = _path };
        foreach (var argument in new[] { NpmPackages.PathOf("html-validate", "bin", "html-validate.mjs"), "--config", Repository.PathOf("tests", "Chat.Browser.Tests", "Npm", "htmlvalidate.json"), "--formatter", "json", _path })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var report = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        return string.Join('\n', report.RootElement.EnumerateArray().SelectMany(file => file.GetProperty("messages").EnumerateArray().Select(message =>
            $"{Path.GetFileName(file.GetProperty("filePath").GetString())}:{message.GetProperty("line")} {message.GetProperty("ruleId").GetString()} {message.GetProperty("message").GetString()}")));
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
