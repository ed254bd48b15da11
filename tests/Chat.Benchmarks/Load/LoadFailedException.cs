namespace Chat.Benchmarks.Load;

/// <summary>Something else than the service under load would have been measured: refusals, a process that ended, books that do not add up.</summary>
/// <param name="message">What, in a sentence for whoever runs the bench.</param>
internal sealed class LoadFailedException(string message) : Exception(message);
