using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Chat.Server.Tests.Exactness;

/// <summary>
/// The built service as a process of its own, on a port that the system chose. It ends when it is disposed, or killed as the
/// kernel kills: without a last word.
/// </summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Queue<string> _lastLines = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process) => _process = process;

    /// <summary>Speaks to this process and no other.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>From the start of the process until it said that it is ready.</summary>
    public TimeSpan TimeToReady { get; private set; }

    public int Id => _process.Id;

    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var program = typeof(Program).Assembly.Location;
        var command = Command(program);
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["DOTNET_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["Logging__LogLevel__Default"] = "Critical",
            },
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;

        var clock = Stopwatch.StartNew();
        var server = new ServerProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        try
        {
            await server.ListenAsync();
            server.TimeToReady = clock.Elapsed;
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL to this process alone, and its end awaited.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await KillAsync();
        }
        catch (InvalidOperationException)
        {
            // It never started.
        }

        _process.Dispose();
        Client?.Dispose();
    }

    // Where a file may not grow (FullDisk), the kernel first sends a signal that ends most programs; only when it is ignored
    // do they see the failed write, as on a full disk. What is ignored stays so in the program that takes the shell's place.
    private static string[] Command(string program)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        return OperatingSystem.IsLinux() ? ["/bin/sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\"", host, program] : [host, program];
    }

    private async Task ListenAsync()
    {
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The service ended before it listened:\n{LastLines()}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = await _listening.Task.WaitAsync(Patience), Timeout = Patience };
        using var ready = await Client.GetAsync("/readyz");
        if (!ready.IsSuccessStatusCode)
            throw new InvalidOperationException($"The service listens and is not ready: {await ready.Content.ReadAsStringAsync()}\n{LastLines()}");
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > KeptLines)
                _lastLines.Dequeue();
        }

        if (Listening().Match(line) is { Success: true } match)
            _listening.TrySetResult(new Uri(match.Groups["address"].Value));
    }

    private string LastLines()
    {
        lock (_lastLines)
            return string.Join('\n', _lastLines);
    }

    [GeneratedRegex(@"Now listening on: (?<address>http://127\.0\.0\.1:\d+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Listening();
}
