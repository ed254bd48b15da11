using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>
/// What a chat with everything on costs beside a bare forward of the same question to the same upstream: three processes on the
/// loopback interface, driven in turn, round by round, so that whatever else the machine does falls on all of them.
/// </summary>
internal sealed class LoadBench(LoadOptions options, Rig rig, TextWriter output, TextWriter progress)
{
    public static async Task RunAsync(LoadOptions options, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        await using var rig = await Rig.StartAsync(options, progress, cancellationToken);
        await new LoadBench(options, rig, output, progress).RunAsync(cancellationToken);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores for service, upstream and driver; .NET {Environment.Version}; driver: {rig.Driver.Name}; SQLite, durability {options.Durability}; {options.Rounds} rounds of {options.Seconds} s; medians, in brackets lowest to highest"));
        if (Wants("chat") || Wants("history"))
            await StepAsync("requests", () => CompareAsync(cancellationToken));
        if (Wants("stream"))
            await StepAsync("streams", () => StreamBench.RunAsync(rig, options, output, cancellationToken));
        if (Wants("open"))
            await StepAsync("open streams", () => OpenStreams.RunAsync(rig, output, cancellationToken));
        if (options.Turns is { } turns)
            await StepAsync($"{turns} turns", () => FlatCost.CompareTurnsAsync(rig, options, turns, output, cancellationToken));
        if (options.Channels is { } channels)
            await StepAsync($"{channels} channels", () => FlatCost.CompareChannelsAsync(rig, options, channels, output, cancellationToken));
        if (options.Soak is { } soak)
            await StepAsync("soak", () => SoakBench.RunAsync(rig, soak, output, cancellationToken));
    }

    private bool Wants(string arm) => options.Arms.Contains(arm, StringComparer.Ordinal);

    private async Task StepAsync(string name, Func<Task> step)
    {
        await progress.WriteLineAsync(name);
        await step();
    }

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        await using var service = await rig.StartServiceAsync("everything-on", _ => Task.CompletedTask, cancellationToken);
        var books = await Books.OpenAsync(service, cancellationToken);
        var arms = await ArmsAsync(service, books, cancellationToken);
        await Rounds.RunAsync(rig, options, arms.All, options.Concurrency, cancellationToken);
        await LoadReport.WriteAsync(output, arms.All, arms.Forward, "YARP", options.Concurrency);
        await output.WriteLineAsync(await books.CheckAsync(cancellationToken));
        await LoadBars.WriteAsync(output, arms, options.Concurrency);
    }

    private async Task<LoadArms> ArmsAsync(PublishedService service, Books books, CancellationToken cancellationToken)
    {
        var callers = await service.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken);
        var upstream = new Arm("upstream, nothing between", rig.Upstream, Questions.ForUpstream(), null);
        var forward = new Arm("YARP, bare forward", rig.Forward, Questions.ForUpstream(), null);
        List<Arm> others = [];
        if (Wants("chat"))
            others.Add(new Arm(LoadArms.Chat, service.Process, Questions.ForChat(callers, options.MessagesPerVisit), books));
        if (Wants("history"))
        {
            foreach (var turns in (int[])[1, 10, 100])
            {
                var sessions = await Histories.SeedAsync(service, callers, turns, books, rig.Runs, cancellationToken);
                others.Add(new Arm(LoadArms.History(turns * 2), service.Process, Questions.ForHistory(sessions), null));
            }
        }

        return new LoadArms(upstream, forward, others);
    }
}
