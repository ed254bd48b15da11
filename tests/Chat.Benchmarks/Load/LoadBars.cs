using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>What was asked for, and what there is: medians of the rounds' own ratios.</summary>
internal static class LoadBars
{
    private const double MegabytesAtFullLoad = 200;

    public static async Task WriteAsync(TextWriter output, LoadArms arms, IReadOnlyList<int> concurrency)
    {
        await WriteHeadAsync(output);
        if (arms.Find(LoadArms.Chat) is { } chat)
        {
            if (concurrency.Contains(32))
            {
                await WriteAsync(output, "POST /chat, requests/s, 32 at a time, × YARP", Series.Median(chat.Ratios(arms.Forward, 32, result => result.PerSecond)), 0.33, atLeast: true);
                await WriteAsync(output, "POST /chat, p99, 32 at a time, × YARP", Series.Median(chat.Ratios(arms.Forward, 32, result => result.SlowMilliseconds)), 4, atLeast: false);
            }

            if (concurrency.Contains(1))
                await WriteAsync(output, "POST /chat, added p50, 1 at a time, × YARP's", Series.Median(arms.AddedMilliseconds(chat, 1)) / Series.Median(arms.AddedMilliseconds(arms.Forward, 1)), 4, atLeast: false);
        }

        if (arms.Find(LoadArms.History(20)) is { } history && concurrency.Contains(32))
            await WriteAsync(output, "GET /history, 20 messages, requests/s, 32 at a time, × YARP", Series.Median(history.Ratios(arms.Forward, 32, result => result.PerSecond)), 0.5, atLeast: true);
        if (arms.Others.Count > 0)
            await WriteAsync(output, "service, most resident MB at the end of a turn", arms.Others.Max(arm => arm.HighestMegabytes), MegabytesAtFullLoad, atLeast: false);
    }

    public static async Task WriteHeadAsync(TextWriter output)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync("| bar | measured | wanted | |");
        await output.WriteLineAsync("|---|--:|--:|---|");
    }

    public static Task WriteAsync(TextWriter output, string bar, double measured, double wanted, bool atLeast)
    {
        var passed = atLeast ? measured >= wanted : measured < wanted;
        return output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"| {bar} | {measured:N2} | {(atLeast ? "at least" : "under")} {wanted:N2} | {(passed ? "pass" : "**MISS**")} |"));
    }
}
