using System.CommandLine;
using Chat.Server.Administration;
using Chat.Server.Storage;
using Chat.Server.Storage.Copying;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting.Copying;

/// <summary>The command <c>database copy</c>.</summary>
internal static class CopyCommand
{
    // A line of progress for each so many rows.
    private const int RowsALine = 10_000;

    /// <summary>Exit code 0 when the copy is complete and verified, 1 when it is not.</summary>
    public static Command Create(CommandRunner run)
    {
        var to = new Option<string?>("--to") { Description = "The target: a SQL Server connection string, or sqlite:PATH." };
        var toEnvironment = new Option<string?>("--to-env") { Description = "The environment variable that holds the target: a password need not stand on the command line." };
        var command = new Command(
            "copy", "Copies everything to another database and verifies it. Broken off, it goes on when it is run again; run again later, it takes over what has changed.") { to, toEnvironment };
        command.Validators.Add(result =>
        {
            if (result.GetValue(to) is null == result.GetValue(toEnvironment) is null)
                result.AddError("Say either --to or --to-env.");
        });
        command.SetAction((parsed, cancellationToken) => run(services => TellAsync(() =>
            CopyAsync(services, parsed.GetValue(to) ?? Environment.GetEnvironmentVariable(parsed.GetValue(toEnvironment)!) ?? "", cancellationToken))));
        return command;
    }

    private static async Task<int> CopyAsync(IServiceProvider services, string text, CancellationToken cancellationToken)
    {
        var own = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        if (CopyTarget.Parse(text, own, out var faults) is not { } options)
            return await FailAsync(string.Join(Environment.NewLine, faults));
        var status = await DatabaseStatus.ReadAsync(services, cancellationToken);
        if (status.Unknown.Count > 0)
            throw new DatabaseTooNewException(status.Unknown);
        if (status.Pending.Count > 0)
            return await FailAsync("The source is not up to date: run `database migrate` first. Nothing was changed.");

        var environment = services.GetRequiredService<IHostEnvironment>();
        var target = StorageModule.Open(options, services);
        using var owned = target as IDisposable;
        await System.Console.Error.WriteLineAsync($"From {own.Location(environment)} to {options.Location(environment)}.");
        var report = await ActivatorUtilities.CreateInstance<DatabaseCopy>(services).RunAsync(target, Progress(), cancellationToken);
        Print(report);
        return report switch
        {
            { IsSame: false } => await FailAsync("The target differs from the source. Do not use it; run the copy again while nobody writes to either."),
            { IsRight: false } => await FailAsync("The target is the same as the source, and its books do not add up: neither do the source's. See `audit`."),
            _ => 0,
        };
    }

    private static Action<CopyProgress> Progress()
    {
        (string Table, string Step, long Lines) said = default;
        return progress =>
        {
            var next = (progress.Table, progress.Step, progress.Rows / RowsALine);
            if (next == said)
                return;
            said = next;
            System.Console.Error.WriteLine($"{progress.Table}: {progress.Rows} rows {progress.Step}");
        };
    }

    private static void Print(CopyReport report)
    {
        foreach (var table in report.Tables)
        {
            System.Console.WriteLine(string.Concat(
                $"{table.Table.Name,-22}{table.Target[0],12} rows",
                string.Concat(table.Table.Sums.Select((column, index) => $"  {column} {table.Target[index + 1]}")),
                table.IsSame ? "  same" : $"  DIFFERS: the source has {string.Join(", ", table.Source)}, and {table.Differences} rows are not the same"));
        }

        foreach (var violation in report.Audit.Violations)
            System.Console.WriteLine($"{violation.ChannelId}  {violation.Invariant}  expected {violation.Expected}, is {violation.Actual}");
        System.Console.WriteLine($"Audit of the target: {report.Audit.Channels} channels, {report.Audit.Violations.Count} violations.");
        System.Console.WriteLine($"The copy is of {report.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}. What the source has been sent since is not in it: stop the service, then run this again.");
        if (!report.IsSnapshot)
            System.Console.WriteLine("The source was not read as of one instant, as its database does not allow snapshot isolation: only a copy made while it is not in use is whole.");
    }

    private static async Task<int> TellAsync(Func<Task<int>> copy)
    {
        try
        {
            return await copy();
        }
        catch (CopyException fault)
        {
            return await FailAsync(fault.Message);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("Broken off. Run it again to go on.");
        }
    }

    private static async Task<int> FailAsync(string sentence)
    {
        await System.Console.Error.WriteLineAsync(sentence);
        return 1;
    }
}
