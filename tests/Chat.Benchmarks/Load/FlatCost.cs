using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>Whether a chat costs the same however much is stored: a service with little and one with much, in turn.</summary>
internal static class FlatCost
{
    private const double Bar = 1.2;

    private static readonly int[] Concurrency = [1, 32];

    /// <summary>Ten thousand turns beside so many.</summary>
    public static async Task CompareTurnsAsync(Rig rig, LoadOptions options, int turns, TextWriter output, CancellationToken cancellationToken)
    {
        await using var small = await rig.StartServiceAsync("few-turns", folder => FilledDatabase.FillAsync(folder, FilledDatabase.SmallestTurns), cancellationToken);
        await using var large = await rig.StartServiceAsync("many-turns", folder => FilledDatabase.FillAsync(folder, turns), cancellationToken);
        var (few, many) = (await Books.OpenAsync(small, cancellationToken), await Books.OpenAsync(large, cancellationToken));
        Arm[] arms =
        [
            ArmOf(Count(FilledDatabase.SmallestTurns, "turns stored"), small, few, await small.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken)),
            ArmOf(Count(turns, "turns stored"), large, many, await large.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken)),
        ];
        await CompareAsync(rig, options, arms, [few, many], output, cancellationToken);
    }

    /// <summary>A few channels beside so many, with all the questions put to a few of them, and to each in turn.</summary>
    public static async Task CompareChannelsAsync(Rig rig, LoadOptions options, int channels, TextWriter output, CancellationToken cancellationToken)
    {
        IReadOnlyList<Caller> all = [];
        await using var small = await rig.StartServiceAsync("few-channels", _ => Task.CompletedTask, cancellationToken);
        await using var large = await rig.StartServiceAsync("many-channels", async folder => all = await CreateChannelsAsync(folder, channels), cancellationToken);
        var (few, many) = (await Books.OpenAsync(small, cancellationToken), await Books.OpenAsync(large, cancellationToken));
        Arm[] arms =
        [
            ArmOf(Count(PublishedService.UsualChannels, "channels"), small, few, await small.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken)),
            ArmOf($"{Count(channels, "channels")}, {PublishedService.UsualChannels} of them asked", large, many, await large.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken)),
            ArmOf($"{Count(channels, "channels")}, each asked in turn", large, many, all),
        ];
        await CompareAsync(rig, options, arms, [few, many], output, cancellationToken);
    }

    private static async Task<IReadOnlyList<Caller>> CreateChannelsAsync(string folder, int channels)
    {
        await using var service = await BenchedService.StartAsync(folder);
        List<Caller> callers = [];
        for (var number = 0; number < channels; number++)
            callers.Add(new Caller(await service.CreateKeyAsync(), ""));
        return callers;
    }

    private static Arm ArmOf(string name, PublishedService service, Books books, IReadOnlyList<Caller> callers) =>
        new($"POST /chat, {name}", service.Process, Questions.ForChat(callers, 1), books);

    private static async Task CompareAsync(
        Rig rig, LoadOptions options, IReadOnlyList<Arm> arms, IReadOnlyList<Books> books, TextWriter output, CancellationToken cancellationToken)
    {
        await Rounds.RunAsync(rig, options, arms, Concurrency, cancellationToken);
        await LoadReport.WriteAsync(output, arms, arms[0], "the first", Concurrency);
        foreach (var kept in books)
            await output.WriteLineAsync(await kept.CheckAsync(cancellationToken));
        await LoadBars.WriteHeadAsync(output);
        foreach (var arm in arms.Skip(1))
        {
            foreach (var connections in Concurrency)
            {
                var ratio = Series.Median(arm.Ratios(arms[0], connections, result => result.MedianMilliseconds));
                await LoadBars.WriteAsync(output, $"{arm.Name}: p50, {connections} at a time, × the first", ratio, Bar, atLeast: false);
            }
        }
    }

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}");
}
