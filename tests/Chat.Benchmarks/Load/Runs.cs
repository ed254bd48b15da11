using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>Names runs, so that no request of one is a request of another.</summary>
internal sealed class Runs
{
    private int _last;

    public string Next() => string.Create(CultureInfo.InvariantCulture, $"r{Interlocked.Increment(ref _last):d7}");
}
