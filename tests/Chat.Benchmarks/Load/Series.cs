namespace Chat.Benchmarks.Load;

/// <summary>What several figures say together.</summary>
internal static class Series
{
    /// <summary>The middle one; of an even number, the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }

    /// <summary>The smallest value that so many of a hundred do not exceed (nearest rank).</summary>
    public static double Percentile(IEnumerable<double> values, double percent)
    {
        var ordered = values.Order().ToArray();
        return ordered[Math.Max(0, (int)Math.Ceiling(ordered.Length * percent / 100) - 1)];
    }

    /// <summary>By how much the second grows when the first grows by one: the line of least squares.</summary>
    public static double Slope(IEnumerable<(double At, double Value)> points)
    {
        var known = points.ToArray();
        var (at, value) = (known.Average(point => point.At), known.Average(point => point.Value));
        return known.Sum(point => (point.At - at) * (point.Value - value)) / known.Sum(point => (point.At - at) * (point.At - at));
    }
}
