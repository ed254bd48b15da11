namespace Chat.Benchmarks.Load;

/// <summary>One that streams, and what was seen of it.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Process">Whose processor time is counted.</param>
/// <param name="Template">What is asked of it.</param>
/// <param name="Marks">How its answer is read.</param>
/// <param name="Books">Where its answers are chats that must be stored: the books they are in.</param>
internal sealed record StreamArm(string Name, ServerProcess Process, RequestTemplate Template, StreamMarks Marks, Books? Books)
{
    private readonly Dictionary<int, List<StreamSample>> _samples = [];

    /// <summary>What was measured at so many streams at a time, in the order of the rounds.</summary>
    public IReadOnlyList<StreamSample> At(int connections) => _samples.TryGetValue(connections, out var samples) ? samples : [];

    /// <summary>Reads streams for one turn, each to its end.</summary>
    public async Task MeasureAsync(string run, int connections, int seconds, bool counts, CancellationToken cancellationToken)
    {
        var before = Process.ProcessorTime;
        var (answers, elapsed) = await OwnDriver.AnswersAsync(Process.Address, Template, run, connections, seconds, Marks, cancellationToken);
        var used = Process.ProcessorTime - before;
        Books?.Add(answers.Count, 0);
        if (!counts)
            return;
        if (!_samples.TryGetValue(connections, out var samples))
            _samples[connections] = samples = [];
        samples.Add(new StreamSample(
            answers.Count / elapsed.TotalSeconds,
            Milliseconds(answer => answer.FirstByte, 50),
            Milliseconds(answer => answer.FirstToken, 50),
            Milliseconds(answer => answer.FirstToken, 99),
            Milliseconds(answer => answer.Whole, 50),
            used.TotalMicroseconds / answers.Count));

        double Milliseconds(Func<RawAnswer, TimeSpan> time, double percent) => Series.Percentile(answers.Select(answer => time(answer).TotalMilliseconds), percent);
    }
}

/// <summary>One turn of a streaming arm; times in milliseconds.</summary>
internal sealed record StreamSample(double PerSecond, double FirstByte, double FirstToken, double SlowFirstToken, double Whole, double ProcessorMicroseconds);
