using System.Globalization;
using Chat.Benchmarks;

// One measurement a name. Each prints its own table; what it compares, it measures in one run, turn by turn.
switch (args)
{
    case ["admission"]:
        await AdmissionBenchmark.RunAsync(Console.Out);
        return 0;
    case ["render"]:
        RenderBenchmark.Run();
        return 0;
    case ["indexes"]:
        await IndexBenchmark.RunAsync(Console.Out, 10_000_000);
        return 0;
    case ["indexes", "--turns", var turns] when int.TryParse(turns, CultureInfo.InvariantCulture, out var count) && count > 0 && count % FilledDatabase.SmallestTurns == 0:
        await IndexBenchmark.RunAsync(Console.Out, count);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Usage: dotnet run -c Release --project tests/Chat.Benchmarks -- admission | render | indexes [--turns 10000000]");
        return 2;
}
