using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Chat.Benchmarks.Load;

/// <summary>
/// A .NET program in a process of its own, with nothing of this one's environment but what a process needs to start, its output in
/// a file as a service manager keeps it. It ends with this object, by its id.
/// </summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60), Look = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT", "DOTNET_CLI_HOME"];

    private readonly Process _process;
    private readonly string _log;

    private ServerProcess(Process process, string log)
    {
        _process = process;
        _log = log;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Processor time in user and system mode since it began; the kernel counts in steps of 10 ms.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory, in MB of 1,000,000 bytes.</summary>
    public double ResidentMegabytes => StatusOf(File.ReadAllText($"/proc/{_process.Id}/status"), "VmRSS");

    /// <summary>Starts a program and waits until it listens.</summary>
    /// <param name="log">The file that its output goes to.</param>
    /// <param name="arguments">The program's assembly and its arguments.</param>
    /// <param name="environment">Its settings.</param>
    /// <param name="cancellationToken">Ends the waiting, and the process with it.</param>
    public static async Task<ServerProcess> StartAsync(
        string log, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken)
    {
        // The shell only opens the file and then becomes the program: no pipe that somebody would have to read, and the id is the program's.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec dotnet \"$@\" >\"$0\" 2>&1", log, .. arguments]) { WorkingDirectory = Path.GetDirectoryName(log)! };
        start.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var server = new ServerProcess(Process.Start(start)!, log);
        try
        {
            server.Address = await server.ListeningAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A field of <c>/proc/…/status</c> that is written in kB of 1,024 bytes, in MB of 1,000,000.</summary>
    internal static double StatusOf(string status, string field)
    {
        var line = status.Split('\n').First(line => line.StartsWith($"{field}:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan()[(field.Length + 1)..].Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task<Uri> ListeningAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < StartLimit && !_process.HasExited)
        {
            if (File.Exists(_log) && Listening().Match(await File.ReadAllTextAsync(_log, cancellationToken)) is { Success: true } match)
                return new Uri(match.Groups["address"].Value);
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }

        throw new LoadFailedException($"A process did not start:\n{await File.ReadAllTextAsync(_log, cancellationToken)}");
    }

    [GeneratedRegex(@"Now listening on: (?<address>http://127\.0\.0\.1:[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Listening();
}
