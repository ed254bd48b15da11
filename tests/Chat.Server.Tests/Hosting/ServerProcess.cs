using System.Diagnostics;
using System.Text;

namespace Chat.Server.Tests.Hosting;

/// <summary>What a run of the program that came to its end has left behind.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error);

/// <summary>The built program as a process of its own, with a database in a folder of the test's. It never outlives its test.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly CancellationTokenSource _deadline = new(Patience);

    private ServerProcess(Process process) => _process = process;

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Runs a command to its end.</summary>
    public static Task<ProcessResult> RunAsync(string folder, params string[] arguments) => RunAsync(folder, [], arguments);

    /// <summary>Runs to the end with more settings, as environment variables.</summary>
    public static async Task<ProcessResult> RunAsync(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        await using var server = Start(folder, environment, arguments);
        var output = server._process.StandardOutput.ReadToEndAsync(server._deadline.Token);
        var error = server._process.StandardError.ReadToEndAsync(server._deadline.Token);
        await server._process.WaitForExitAsync(server._deadline.Token);
        return new ProcessResult(server._process.ExitCode, await output, await error);
    }

    /// <summary>Starts the service, or a command.</summary>
    public static ServerProcess Start(string folder, Dictionary<string, string> environment, params string[] arguments) =>
        StartIn(Path.GetDirectoryName(typeof(Program).Assembly.Location)!, folder, environment, arguments);

    /// <summary>Starts the service, or a command, from a folder that may be another than the program's.</summary>
    public static ServerProcess StartIn(string workingDirectory, string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var program = typeof(Program).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Storage__Path"] = Path.Combine(folder, "chat.db");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>What it writes to standard output, up to and with the first line that holds the text.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var output = new StringBuilder();
        while (await _process.StandardOutput.ReadLineAsync(_deadline.Token) is { } line)
        {
            output.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
                return output.ToString();
        }

        throw new InvalidOperationException($"The program ended without saying \"{text}\": {output} {await _process.StandardError.ReadToEndAsync(_deadline.Token)}");
    }

    /// <summary>The next line that it writes to standard error; null past the last.</summary>
    public async Task<string?> ReadErrorLineAsync() => await _process.StandardError.ReadLineAsync(_deadline.Token);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _deadline.Dispose();
    }
}
