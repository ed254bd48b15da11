using System.Diagnostics;
using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>Drives with wrk: one thread, a Lua script that makes every request anew.</summary>
/// <param name="folder">Where scripts are written.</param>
internal sealed class Wrk(string folder) : IDriver
{
    private int _scripts;

    public string Name => "wrk";

    /// <summary>Whether wrk is on the path.</summary>
    public static bool IsThere =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => directory.Length > 0 && File.Exists(Path.Combine(directory, "wrk")));

    public async Task<LoadResult> RunAsync(Uri address, RequestTemplate template, string run, int connections, int seconds, CancellationToken cancellationToken)
    {
        var script = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"wrk-{++_scripts}.lua"));
        await File.WriteAllTextAsync(script, Script(template, run, $"{script}.callers"), cancellationToken);
        await File.WriteAllLinesAsync($"{script}.callers", template.Callers.Select(caller => $"{caller.Key} {caller.Session}"), cancellationToken);
        var start = new ProcessStartInfo("wrk", ["-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "30s", "-s", script, address.GetLeftPart(UriPartial.Authority)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var wrk = Process.Start(start)!;
        try
        {
            var (output, errors) = (wrk.StandardOutput.ReadToEndAsync(cancellationToken), wrk.StandardError.ReadToEndAsync(cancellationToken));
            await wrk.WaitForExitAsync(cancellationToken);
            return LoadResult.Parse(await output + await errors);
        }
        finally
        {
            if (!wrk.HasExited)
                wrk.Kill();
        }
    }

    // No function "response": it would make tables of every answer's headers, and wrk itself counts statuses of 400 and above.
    private static string Script(RequestTemplate template, string run, string callers) => $$"""
        local keys, sessions, count = {}, {}, -1
        for line in io.lines("{{callers}}") do
          local key, session = line:match("^(%S+) ?(.*)$")
          keys[#keys + 1], sessions[#sessions + 1] = key, session
        end

        function request()
          count = count + 1
          local visit = math.floor(count / {{RequestTemplate.VisitorsAtOnce * template.MessagesPerVisit}}) * {{RequestTemplate.VisitorsAtOnce}} + count % {{RequestTemplate.VisitorsAtOnce}}
          local caller = visit % #keys + 1
          local id = string.format("{{run}}-%09d", count)
          local visitor = string.format("{{run}}v%09d", visit)
          return {{Concatenation(template.Text)}}
        end

        function done(summary, latency)
          local errors = summary.errors
          io.write(string.format("{{LoadResult.Mark}} %d %d %d %d %d\n", summary.requests, summary.duration,
            errors.connect + errors.read + errors.write + errors.status + errors.timeout, latency:percentile(50), latency:percentile(99)))
        end
        """;

    private static string Concatenation(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("{id}", "\" .. id .. \"", StringComparison.Ordinal)
        .Replace("{visit}", "\" .. visitor .. \"", StringComparison.Ordinal)
        .Replace("{key}", "\" .. keys[caller] .. \"", StringComparison.Ordinal)
        .Replace("{session}", "\" .. sessions[caller] .. \"", StringComparison.Ordinal) + "\"";
}
