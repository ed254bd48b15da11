using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>What a driver saw in one run.</summary>
/// <param name="Requests">Answers, good ones and others.</param>
/// <param name="Seconds">How long it drove.</param>
/// <param name="Errors">Answers of 400 and above, and connections that failed.</param>
/// <param name="MedianMilliseconds">The latency that half of the answers kept within.</param>
/// <param name="SlowMilliseconds">The same for 99 of 100.</param>
internal sealed record LoadResult(long Requests, double Seconds, long Errors, double MedianMilliseconds, double SlowMilliseconds)
{
    /// <summary>Begins the line that <see cref="Wrk"/>'s script writes.</summary>
    public const string Mark = "chat-load:";

    public double PerSecond => Requests / Seconds;

    /// <summary>Reads the script's line: answers, microseconds in all, errors, and the latencies in microseconds.</summary>
    public static LoadResult Parse(string output)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith(Mark, StringComparison.Ordinal)) ?? throw new LoadFailedException($"wrk said:\n{output}");
        var figures = line[Mark.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        return new LoadResult((long)figures[0], figures[1] / 1e6, (long)figures[2], figures[3] / 1e3, figures[4] / 1e3);
    }
}
