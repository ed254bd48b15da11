using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>
/// What a chat with everything on costs beside a bare forward of the same question to the same upstream: three processes on the
/// loopback interface, driven in turn, round by round, so that whatever else the machine does falls on all of them.
/// </summary>
internal sealed class LoadBench(LoadOptions options, Rig rig, TextWriter output, TextWriter progress)
{
    private const int WarmUpSeconds = 3, WarmUpConnections = 32;

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
        await using var service = await rig.StartServiceAsync("everything-on", cancellationToken);
        var books = new Books(service);
        books.Open();
        var arms = await ArmsAsync(service, books, cancellationToken);
        foreach (var arm in arms.All)
        {
            await arm.TryAsync(rig.Runs.Next(), cancellationToken);
            await arm.MeasureAsync(rig.Driver, rig.Runs.Next(), WarmUpConnections, WarmUpSeconds, counts: false, cancellationToken);
        }

        for (var round = 0; round < options.Rounds; round++)
            await RoundAsync(arms.All, round, cancellationToken);
        await LoadReport.WriteAsync(output, arms, options.Concurrency);
        await output.WriteLineAsync(await books.CheckAsync(cancellationToken));
        await LoadBars.WriteAsync(output, arms, options.Concurrency);
    }

    private async Task RoundAsync(IReadOnlyList<Arm> arms, int round, CancellationToken cancellationToken)
    {
        foreach (var connections in options.Concurrency)
        {
            foreach (var arm in arms.Skip(round % arms.Count).Concat(arms.Take(round % arms.Count)))
                await arm.MeasureAsync(rig.Driver, rig.Runs.Next(), connections, options.Seconds, counts: true, cancellationToken);
        }

        await progress.WriteLineAsync($"round {round + 1} of {options.Rounds}");
    }

    private async Task<LoadArms> ArmsAsync(PublishedService service, Books books, CancellationToken cancellationToken)
    {
        var callers = await service.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken);
        var upstream = new Arm("upstream, nothing between", rig.Upstream, Questions.ForUpstream(), null);
        var forward = new Arm("YARP, bare forward", rig.Forward, Questions.ForUpstream(), null);
        List<Arm> others = [];
        if (options.Arms.Contains("chat", StringComparer.Ordinal))
            others.Add(new Arm(LoadArms.Chat, service.Process, Questions.ForChat(callers, options.MessagesPerVisit), books));
        if (options.Arms.Contains("history", StringComparer.Ordinal))
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
