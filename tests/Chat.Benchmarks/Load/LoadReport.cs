using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>The table.</summary>
internal static class LoadReport
{
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<Arm> arms, Arm yardstick, string yardstickName, IReadOnlyList<int> concurrency)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync($"| arm | at a time | requests/s | × {yardstickName} | p50 ms | p99 ms | CPU µs/request | resident MB |");
        await output.WriteLineAsync("|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var arm in arms)
        {
            foreach (var connections in concurrency)
                await output.WriteLineAsync(Line(arm, yardstick, connections));
        }

        await output.WriteLineAsync();
    }

    private static string Line(Arm arm, Arm yardstick, int connections)
    {
        var samples = arm.At(connections);
        var ratio = Series.Median(arm.Ratios(yardstick, connections, result => result.PerSecond));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {arm.Name} | {connections} | {Spread(samples.Select(sample => sample.Result.PerSecond), "N0")} | {ratio:N2} | {Spread(samples.Select(sample => sample.Result.MedianMilliseconds), "N2")} | {Spread(samples.Select(sample => sample.Result.SlowMilliseconds), "N2")} | {Series.Median(samples.Select(sample => sample.ProcessorMicroseconds)):N0} | {Series.Median(samples.Select(sample => sample.Megabytes)):N0} |");
    }

    private static string Spread(IEnumerable<double> values, string format)
    {
        var figures = values.ToArray();
        return string.Join("", Text(Series.Median(figures)), " (", Text(figures.Min()), "–", Text(figures.Max()), ")");

        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}
