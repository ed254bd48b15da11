namespace Chat.Server.Quotas;

/// <summary>
/// Times in milliseconds, gathered into buckets: exact below 100 ms, from there 180 to each power of ten, so that a time told
/// as its bucket's middle is at most 2.5 % off. Integer arithmetic, in which both engines agree.
/// </summary>
internal static class TimeBuckets
{
    private const long Exact = 100;

    // A step's width is a twentieth of its least time.
    private static readonly (long Below, long Width)[] Steps = [(1_000, 5), (10_000, 50), (100_000, 500), (1_000_000, 5_000)];

    private const long LastWidth = 50_000;

    /// <summary>The SQL expression of a column's bucket: its least time.</summary>
    public static string Of(string column)
    {
        var steps = Steps.Select(step => $"WHEN {column} < {step.Below} THEN {column} / {step.Width} * {step.Width}");
        return $"CASE WHEN {column} < {Exact} THEN {column} {string.Join(' ', steps)} ELSE {column} / {LastWidth} * {LastWidth} END";
    }

    /// <summary>The time that stands for a bucket: its middle.</summary>
    public static long Middle(long bucket) => bucket < Exact ? bucket : bucket + (WidthOf(bucket) / 2);

    private static long WidthOf(long bucket)
    {
        foreach (var (below, width) in Steps)
        {
            if (bucket < below)
                return width;
        }

        return LastWidth;
    }
}
