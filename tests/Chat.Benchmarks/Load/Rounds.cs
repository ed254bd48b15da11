namespace Chat.Benchmarks.Load;

/// <summary>Arms take turns within a round, each round begun by another, so that whatever else the machine does falls on all of them.</summary>
internal static class Rounds
{
    private const int WarmUpSeconds = 3, WarmUpConnections = 32;

    /// <summary>All rounds, after a turn of each arm that is for the compiler and the caches, and does not count.</summary>
    public static async Task RunAsync(Rig rig, LoadOptions options, IReadOnlyList<Arm> arms, IReadOnlyList<int> concurrency, CancellationToken cancellationToken)
    {
        foreach (var arm in arms)
        {
            await arm.TryAsync(rig.Runs.Next(), cancellationToken);
            await arm.MeasureAsync(rig.Driver, rig.Runs.Next(), WarmUpConnections, WarmUpSeconds, counts: false, cancellationToken);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var connections in concurrency)
            {
                foreach (var arm in arms.Skip(round % arms.Count).Concat(arms.Take(round % arms.Count)))
                    await arm.MeasureAsync(rig.Driver, rig.Runs.Next(), connections, options.Seconds, counts: true, cancellationToken);
            }
        }
    }
}
