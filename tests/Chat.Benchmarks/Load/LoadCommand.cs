using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Chat.Benchmarks.Load;

/// <summary>The verb <c>load</c>.</summary>
internal sealed class LoadCommand
{
    private static readonly string[] ArmNames = ["chat", "history", "stream", "open"];

    private readonly Option<int> _rounds = new("--rounds") { Description = "How often every arm has its turn.", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _seconds = new("--seconds") { Description = "How long a turn is, at each concurrency.", DefaultValueFactory = _ => 3 };
    private readonly Option<bool> _quick = new("--quick") { Description = "Three rounds of one second: a look, not a measurement." };
    private readonly Option<string> _arms = new("--arms") { Description = $"What is driven beside upstream and YARP: {string.Join(',', ArmNames)}, or none.", DefaultValueFactory = _ => string.Join(',', ArmNames) };
    private readonly Option<string> _durability = new("--durability") { Description = "Normal or Full.", DefaultValueFactory = _ => "Normal" };
    private readonly Option<int> _messages = new("--messages-per-visit") { Description = "How many questions a visitor asks.", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _think = new("--think") { Description = "How long the upstream thinks before it answers, in milliseconds; a model takes some hundred." };
    private readonly Option<bool> _ownDriver = new("--own-driver") { Description = "Drive from this process, even where wrk is there." };
    private readonly Option<int?> _turns = new("--turns") { Description = $"Also compare with so many turns stored, a multiple of {FilledDatabase.SmallestTurns}: 10000000 take minutes and 10 GB to fill." };
    private readonly Option<int?> _channels = new("--channels") { Description = "Also compare with so many channels: 100000 take a minute to make." };
    private readonly Option<string?> _soak = new("--soak") { Description = "Also look at the memory under a load of so long, as 5m or 90s." };
    private readonly Option<DirectoryInfo?> _published = new("--published") { Description = "A folder with a published service; without it, it is published first." };
    private readonly Option<string[]> _settings = new("--set") { Description = "NAME=VALUE: an environment variable of the service; may be repeated." };

    /// <summary>Runs it; the exit code is 1 where something else than the service was measured, and 0 whatever the bars say.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var ending = new CancellationTokenSource();
        // However this process is asked to end, those that it started end first.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await new LoadCommand().Create().Parse(args).InvokeAsync(configuration, ending.Token);
        }
        catch (LoadFailedException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Ended early.");
            return 1;
        }

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }
    }

    private RootCommand Create()
    {
        _rounds.Validators.Add(result => AtLeastOne(result.GetValueOrDefault<int>(), result.AddError));
        _seconds.Validators.Add(result => AtLeastOne(result.GetValueOrDefault<int>(), result.AddError));
        _messages.Validators.Add(result => AtLeastOne(result.GetValueOrDefault<int>(), result.AddError));
        _turns.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } turns && (turns < 1 || turns % FilledDatabase.SmallestTurns != 0))
                result.AddError($"--turns takes a multiple of {FilledDatabase.SmallestTurns}.");
        });
        _channels.Validators.Add(result => AtLeastOne(result.GetValueOrDefault<int?>() ?? 1, result.AddError));
        _soak.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } soak && Duration(soak) is null)
                result.AddError("--soak takes at least 10 seconds, as 5m or 90s.");
        });
        _arms.Validators.Add(result =>
        {
            if (Names(result.GetValueOrDefault<string>()).Except(ArmNames, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
                result.AddError($"There is no arm \"{unknown}\".");
        });
        _settings.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string[]>()?.Any(setting => !setting.Contains('=', StringComparison.Ordinal)) == true)
                result.AddError("--set takes NAME=VALUE.");
        });
        var command = new RootCommand("Drives the service as published, a bare YARP forward, and the upstream of both, in turn.")
        {
            _rounds, _seconds, _quick, _arms, _durability, _messages, _think, _ownDriver, _published, _settings, _turns, _channels, _soak,
        };
        command.SetAction((parsed, cancellationToken) => LoadBench.RunAsync(Read(parsed), Console.Out, Console.Error, cancellationToken));
        return command;
    }

    private LoadOptions Read(ParseResult parsed)
    {
        var quick = parsed.GetValue(_quick);
        return new LoadOptions
        {
            Rounds = quick && !IsGiven(_rounds) ? 3 : parsed.GetValue(_rounds),
            Seconds = quick && !IsGiven(_seconds) ? 1 : parsed.GetValue(_seconds),
            Arms = Names(parsed.GetValue(_arms)),
            Durability = parsed.GetValue(_durability)!,
            Think = parsed.GetValue(_think),
            MessagesPerVisit = parsed.GetValue(_messages),
            Turns = parsed.GetValue(_turns),
            Channels = parsed.GetValue(_channels),
            Soak = parsed.GetValue(_soak) is { } soak ? Duration(soak) : null,
            OwnDriver = parsed.GetValue(_ownDriver),
            Published = parsed.GetValue(_published)?.FullName,
            Settings = [.. (parsed.GetValue(_settings) ?? []).Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]))],
        };

        bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };
    }

    private static string[] Names(string? list) => list is null or "none" ? [] : list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static TimeSpan? Duration(string text)
    {
        var isNumber = int.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        TimeSpan? duration = (isNumber, text) switch
        {
            (true, [.., 'm']) => TimeSpan.FromMinutes(number),
            (true, [.., 's']) => TimeSpan.FromSeconds(number),
            _ => null,
        };
        return duration >= TimeSpan.FromSeconds(10) ? duration : null;
    }

    private static void AtLeastOne(int value, Action<string> addError)
    {
        if (value < 1)
            addError(string.Create(CultureInfo.InvariantCulture, $"{value} is too few."));
    }
}
