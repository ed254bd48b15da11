using System.Globalization;
using Chat.Benchmarks;
using Chat.Benchmarks.Load;

// One measurement a name. Each prints its own table; what it compares, it measures in one run, turn by turn.
switch (args)
{
    case ["admission"]:
        await AdmissionBenchmark.RunAsync(Console.Out);
        return 0;
    case ["render"]:
        ShortJob.Run<RenderBenchmark>();
        return 0;
    case ["pieces"]:
        ShortJob.Run<PiecesBenchmark>();
        return 0;
    case ["indexes"]:
        await IndexBenchmark.RunAsync(Console.Out, 10_000_000);
        return 0;
    case ["indexes", "--turns", var turns] when int.TryParse(turns, CultureInfo.InvariantCulture, out var count) && count > 0 && count % FilledDatabase.SmallestTurns == 0:
        await IndexBenchmark.RunAsync(Console.Out, count);
        return 0;
    case ["load", .. var rest]:
        return await LoadCommand.RunAsync(rest);
    // The load bench starts this program again with these two.
    case ["upstream", var think] when int.TryParse(think, CultureInfo.InvariantCulture, out var milliseconds):
        await MockUpstream.RunAsync(TimeSpan.FromMilliseconds(milliseconds), CancellationToken.None);
        return 0;
    case ["forward", var upstream]:
        await BareForward.RunAsync(upstream, CancellationToken.None);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Usage: dotnet run -c Release --project tests/Chat.Benchmarks -- admission | render | pieces | indexes [--turns 10000000] | load [--help]");
        return 2;
}
