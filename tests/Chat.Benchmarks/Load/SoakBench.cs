using System.Diagnostics;
using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>What becomes of the service's memory under a load that does not end: chats, 32 at a time.</summary>
internal static class SoakBench
{
    private const int Connections = 32;
    private const double GrowthBar = 1.05;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Rig rig, TimeSpan length, TextWriter output, CancellationToken cancellationToken)
    {
        await using var service = await rig.StartServiceAsync("soak", _ => Task.CompletedTask, cancellationToken);
        var books = await Books.OpenAsync(service, cancellationToken);
        var callers = await service.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken);
        var arm = new Arm("soak", service.Process, Questions.ForChat(callers, 1), books);
        var load = arm.MeasureAsync(rig.Driver, rig.Runs.Next(), Connections, (int)length.TotalSeconds, counts: true, cancellationToken);
        List<(double Minutes, double Megabytes)> looks = [];
        for (var clock = Stopwatch.StartNew(); !load.IsCompleted; await Task.Delay(Look, TimeProvider.System, cancellationToken))
            looks.Add((clock.Elapsed.TotalMinutes, service.Process.ResidentMegabytes));
        await load;

        // The first fifth is the start: code is compiled, caches and pools fill.
        var fifth = looks.Count / 5;
        var (early, late) = (Series.Median(looks.Skip(fifth).Take(fifth).Select(look => look.Megabytes)), Series.Median(looks.TakeLast(fifth).Select(look => look.Megabytes)));
        await output.WriteLineAsync();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{length.TotalMinutes:N1} minutes of POST /chat, {Connections} at a time, {arm.At(Connections)[0].Result.PerSecond:N0} a second: {early:N1} MB resident in the second fifth, {late:N1} MB in the last, at most {looks.Max(look => look.Megabytes):N1} MB; slope {Series.Slope(looks.Skip(fifth)):N2} MB a minute"));
        await output.WriteLineAsync(await books.CheckAsync(cancellationToken));
        await LoadBars.WriteHeadAsync(output);
        await LoadBars.WriteAsync(output, "memory in the last fifth of the soak, × the second", late / early, GrowthBar, atLeast: false);
    }
}
