using Chat.Benchmarks;

// One measurement a name. Each prints its own table; what it compares, it measures in one run, turn by turn.
switch (args)
{
    case ["admission"]:
        await AdmissionBenchmark.RunAsync(Console.Out);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Usage: dotnet run -c Release --project tests/Chat.Benchmarks -- admission");
        return 2;
}
