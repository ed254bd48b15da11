namespace Chat.Benchmarks.Load;

/// <summary>Sends one request after the other on each of so many connections.</summary>
internal interface IDriver
{
    /// <summary>What the report calls it.</summary>
    string Name { get; }

    /// <summary>Drives for so many seconds.</summary>
    /// <param name="address">Whom to ask.</param>
    /// <param name="template">What to ask.</param>
    /// <param name="run">8 characters that no other run has.</param>
    /// <param name="connections">How many requests are under way at any time.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    Task<LoadResult> RunAsync(Uri address, RequestTemplate template, string run, int connections, int seconds, CancellationToken cancellationToken);
}
