using System.Diagnostics;

namespace Chat.Benchmarks;

/// <summary>Operations a second of one arm, round by round.</summary>
internal sealed class Figures(string name)
{
    private readonly List<double> _perSecond = [];

    public string Name => name;

    public double Median
    {
        get
        {
            var ordered = _perSecond.Order().ToArray();
            return ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
        }
    }

    public double Lowest => _perSecond.Min();

    public double Highest => _perSecond.Max();

    /// <summary>Measures one round.</summary>
    public async Task MeasureAsync(int operations, Func<Task> operation)
    {
        var clock = Stopwatch.StartNew();
        for (var count = 0; count < operations; count++)
            await operation();
        _perSecond.Add(operations / clock.Elapsed.TotalSeconds);
    }
}
