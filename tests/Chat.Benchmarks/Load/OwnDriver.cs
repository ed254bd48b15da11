using System.Diagnostics;

namespace Chat.Benchmarks.Load;

/// <summary>Drives from this process, where wrk is missing: it takes more of the machine for itself than wrk does.</summary>
internal sealed class OwnDriver : IDriver
{
    public string Name => "this program's own driver";

    public async Task<LoadResult> RunAsync(Uri address, RequestTemplate template, string run, int connections, int seconds, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var number = -1L;
        var workers = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(WorkAsync, cancellationToken)));
        var elapsed = clock.Elapsed.TotalSeconds;
        var answers = workers.SelectMany(worker => worker).ToArray();
        var times = answers.Select(answer => answer.Whole.TotalMilliseconds).ToArray();
        return new LoadResult(answers.Length, elapsed, answers.Count(answer => !answer.IsGood), Series.Percentile(times, 50), Series.Percentile(times, 99));

        async Task<List<RawAnswer>> WorkAsync()
        {
            List<RawAnswer> own = [];
            using var connection = await RawConnection.OpenAsync(address, cancellationToken);
            while (clock.Elapsed.TotalSeconds < seconds)
                own.Add(await connection.AskAsync(template.Request(run, Interlocked.Increment(ref number)), null, null, cancellationToken));
            return own;
        }
    }
}
