using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>One thing that is driven, and what was seen of it.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Process">Whose processor time and memory is counted.</param>
/// <param name="Template">What is asked of it.</param>
/// <param name="Books">Where its answers are chats that must be stored: the books they are in.</param>
internal sealed record Arm(string Name, ServerProcess Process, RequestTemplate Template, Books? Books)
{
    private readonly Dictionary<int, List<Sample>> _samples = [];

    /// <summary>What was measured at so many requests at a time, in the order of the rounds.</summary>
    public IReadOnlyList<Sample> At(int connections) => _samples.TryGetValue(connections, out var samples) ? samples : [];

    /// <summary>The most memory that was seen at the end of a turn, in MB.</summary>
    public double HighestMegabytes => _samples.Values.SelectMany(samples => samples).Max(sample => sample.Megabytes);

    /// <summary>A figure as so many times a yardstick's, round by round.</summary>
    public IEnumerable<double> Ratios(Arm yardstick, int connections, Func<LoadResult, double> figure) =>
        At(connections).Zip(yardstick.At(connections), (own, other) => figure(own.Result) / figure(other.Result));

    /// <summary>Asks once, so that a refusal is told in its own words.</summary>
    public async Task TryAsync(string run, CancellationToken cancellationToken)
    {
        using var connection = await RawConnection.OpenAsync(Process.Address, cancellationToken);
        var answer = await connection.AskAsync(Template.Request(run, 0), null, null, cancellationToken);
        if (!answer.IsGood)
            throw new LoadFailedException($"{Name} answered:\n{answer.Text}");
        Books?.Add(1, 0);
    }

    /// <summary>Drives it for one turn.</summary>
    public async Task MeasureAsync(IDriver driver, string run, int connections, int seconds, bool counts, CancellationToken cancellationToken)
    {
        var before = Process.ProcessorTime;
        var result = await driver.RunAsync(Process.Address, Template, run, connections, seconds, cancellationToken);
        var used = Process.ProcessorTime - before;
        if (result.Errors > 0 || result.Requests == 0)
            throw new LoadFailedException(string.Create(CultureInfo.InvariantCulture, $"{Name}: {result.Errors:N0} of {result.Requests:N0} answers were errors at {connections} at a time."));
        Books?.Add(result.Requests, connections);
        if (!counts)
            return;
        if (!_samples.TryGetValue(connections, out var samples))
            _samples[connections] = samples = [];
        samples.Add(new Sample(result, used.TotalMicroseconds / result.Requests, Process.ResidentMegabytes));
    }
}

/// <summary>One turn of an arm.</summary>
/// <param name="Result">What the driver saw.</param>
/// <param name="ProcessorMicroseconds">Processor time of the arm's process for each answer.</param>
/// <param name="Megabytes">Its resident memory at the end.</param>
internal sealed record Sample(LoadResult Result, double ProcessorMicroseconds, double Megabytes);
