using System.Diagnostics;

namespace Chat.Benchmarks.Load;

/// <summary>Drives from this process, where wrk is missing and where an answer is streamed: it takes more of the machine for itself than wrk does.</summary>
internal sealed class OwnDriver : IDriver
{
    public string Name => "this program's own driver";

    public async Task<LoadResult> RunAsync(Uri address, RequestTemplate template, string run, int connections, int seconds, CancellationToken cancellationToken)
    {
        var (answers, elapsed) = await AnswersAsync(address, template, run, connections, seconds, null, cancellationToken);
        var times = answers.Select(answer => answer.Whole.TotalMilliseconds).ToArray();
        return new LoadResult(answers.Count, elapsed.TotalSeconds, answers.Count(answer => !answer.IsGood), Series.Percentile(times, 50), Series.Percentile(times, 99));
    }

    /// <summary>Every answer of a run, to its end: none is left unheard.</summary>
    public static async Task<(IReadOnlyList<RawAnswer> Answers, TimeSpan Elapsed)> AnswersAsync(
        Uri address, RequestTemplate template, string run, int connections, int seconds, StreamMarks? marks, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var number = -1L;
        var workers = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(WorkAsync, cancellationToken)));
        return ([.. workers.SelectMany(worker => worker)], clock.Elapsed);

        async Task<List<RawAnswer>> WorkAsync()
        {
            List<RawAnswer> own = [];
            using var connection = await RawConnection.OpenAsync(address, cancellationToken);
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                var answer = await connection.AskAsync(template.Request(run, Interlocked.Increment(ref number)), marks?.Token, null, cancellationToken);
                marks?.Check(answer);
                own.Add(answer with { Text = "" });
            }

            return own;
        }
    }
}
