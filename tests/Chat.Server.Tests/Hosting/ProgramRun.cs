using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Chat.Server.Tests.Hosting;

/// <summary>
/// The program's own entry point, called within this process: arguments in; exit code, standard output and standard error out. A process takes
/// twenty times as long to start as a command takes, so <see cref="ServerProcess"/> is for what only a process has: environment
/// variables, limits of its memory, its death.
/// </summary>
internal static class ProgramRun
{
    // Both are one for the whole process; each run has its own by what flows with its calls.
    private static readonly AsyncLocal<Run?> Current = new();

    static ProgramRun()
    {
        System.Console.SetOut(new CurrentWriter(System.Console.Out, run => run.Output));
        System.Console.SetError(new CurrentWriter(System.Console.Error, run => run.Error));
        DiagnosticListener.AllListeners.Subscribe(new Watcher<DiagnosticListener>(listener =>
        {
            if (listener.Name == "Microsoft.Extensions.Hosting")
                listener.Subscribe(new Watcher<KeyValuePair<string, object?>>(Configure));
        }));
    }

    /// <summary>Runs a command on the database in a folder to its end.</summary>
    public static Task<ProcessResult> RunAsync(string folder, params string[] arguments) => RunAsync(folder, [], arguments);

    /// <summary>Runs to the end with more settings, written as environment variables are.</summary>
    public static Task<ProcessResult> RunAsync(string folder, Dictionary<string, string> settings, params string[] arguments) => Task.Run(() =>
    {
        var run = new Run(settings.Append(new("Storage__Path", Path.Combine(folder, "chat.db"))).ToDictionary(
            setting => setting.Key.Replace("__", ":", StringComparison.Ordinal), setting => (string?)setting.Value, StringComparer.OrdinalIgnoreCase));
        Current.Value = run;
        var exitCode = (int)typeof(Program).Assembly.EntryPoint!.Invoke(null, [arguments])!;
        return new ProcessResult(exitCode, run.Output.ToString(), run.Error.ToString());
    });

    // The one moment at which a program that builds its own host can be given settings.
    private static void Configure(KeyValuePair<string, object?> happened)
    {
        if (happened is { Key: "HostBuilding", Value: IHostBuilder builder } && Current.Value is { } run)
            builder.ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(run.Settings));
    }

    private sealed record Run(Dictionary<string, string?> Settings)
    {
        public StringWriter Output { get; } = new();

        public StringWriter Error { get; } = new();
    }

    private sealed class CurrentWriter(TextWriter otherwise, Func<Run, TextWriter> of) : TextWriter
    {
        public override Encoding Encoding => otherwise.Encoding;

        private TextWriter Target => Current.Value is { } run ? of(run) : otherwise;

        public override void Write(char value) => Target.Write(value);

        public override void Write(char[] buffer, int index, int count) => Target.Write(buffer, index, count);

        public override void Write(string? value) => Target.Write(value);
    }

    private sealed class Watcher<T>(Action<T> seen) : IObserver<T>
    {
        public void OnNext(T value) => seen(value);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
