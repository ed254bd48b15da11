using System.Diagnostics;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>A test in w3m, a browser that has neither scripts nor styles. Where it is not installed the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TextBrowserFactAttribute : FactAttribute
{
    private const string Program = "/usr/bin/w3m";

    public TextBrowserFactAttribute() => Skip = File.Exists(Program) ? null : "w3m is not installed (apt-get install w3m).";

    /// <summary>What it shows of a page.</summary>
    internal static async Task<string> ShowAsync(string url, string cookies = "")
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { "-dump", "-cols", "80", "-no-proxy", "-header", $"Cookie: {cookies}", url })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text;
    }
}
