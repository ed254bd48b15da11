using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>How soon a streamed answer begins: the service's first token beside the first byte of YARP's answer, with an upstream that waits for nothing.</summary>
internal static class StreamBench
{
    private const double FirstTokenBar = 1.5;

    // Driver and client are one process here: 256 at a time would measure the driver.
    private static readonly int[] Concurrency = [1, 32];

    public static async Task RunAsync(Rig rig, LoadOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await using var service = await rig.StartServiceAsync("streams", _ => Task.CompletedTask, cancellationToken);
        var books = await Books.OpenAsync(service, cancellationToken);
        var callers = await service.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken);
        StreamArm[] arms =
        [
            new("upstream, nothing between", rig.Upstream, Questions.ForUpstream(stream: true), StreamMarks.OfUpstream, null),
            new("YARP, bare forward", rig.Forward, Questions.ForUpstream(stream: true), StreamMarks.OfUpstream, null),
            new("POST /chat, streamed", service.Process, Questions.ForStream(callers, TimeSpan.Zero), StreamMarks.OfService, books),
        ];
        // Round -1 is for the compiler and the caches, and does not count.
        for (var round = -1; round < options.Rounds; round++)
        {
            foreach (var connections in Concurrency)
            {
                foreach (var arm in arms.Skip((round + 1) % arms.Length).Concat(arms.Take((round + 1) % arms.Length)))
                    await arm.MeasureAsync(rig.Runs.Next(), connections, options.Seconds, counts: round >= 0, cancellationToken);
            }
        }

        await WriteAsync(output, arms);
        await output.WriteLineAsync(await books.CheckAsync(cancellationToken));
        await LoadBars.WriteHeadAsync(output);
        foreach (var connections in Concurrency)
        {
            var ratio = Series.Median(arms[2].At(connections).Zip(arms[1].At(connections), (own, yardstick) => own.FirstToken / yardstick.FirstByte));
            await LoadBars.WriteAsync(output, $"streamed, first token, {connections} at a time, × YARP's first byte", ratio, FirstTokenBar, atLeast: false);
        }
    }

    private static async Task WriteAsync(TextWriter output, IEnumerable<StreamArm> arms)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync("| streams; this program's own driver | at a time | streams/s | first byte p50 ms | first token p50 ms | p99 ms | whole p50 ms | CPU µs/stream |");
        await output.WriteLineAsync("|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var arm in arms)
        {
            foreach (var connections in Concurrency)
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {arm.Name} | {connections} | {Median(sample => sample.PerSecond):N0} | {Median(sample => sample.FirstByte):N3} | {Median(sample => sample.FirstToken):N3} | {Median(sample => sample.SlowFirstToken):N2} | {Median(sample => sample.Whole):N2} | {Median(sample => sample.ProcessorMicroseconds):N0} |"));

                double Median(Func<StreamSample, double> figure) => Series.Median(arm.At(connections).Select(figure));
            }
        }

        await output.WriteLineAsync();
    }
}
