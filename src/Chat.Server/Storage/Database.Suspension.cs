namespace Chat.Server.Storage;

/// <content>A store that answers may still not be fit for use: its schema is another program's, or its key ring cannot be opened.</content>
public abstract partial class Database
{
    private volatile string? _suspended;

    /// <summary>Why only those who make the store fit for use may use it at present, in words that anybody may read; null when all may.</summary>
    internal string? SuspendedBecause => _suspended;

    /// <summary>From now on all other work is refused as if the store were out of reach.</summary>
    internal void Suspend(string reason) => _suspended = reason;

    /// <summary>Ends <see cref="Suspend"/>.</summary>
    internal void Resume() => _suspended = null;

    private Task<T> RunAsync<T>(Run<T> run) =>
        SuspendedFault is { } fault ? Task.FromException<T>(fault) : Retries.RunAsync(run, _kindOf);

    private StoreUnavailableException? SuspendedFault =>
        _suspended is { } reason ? new StoreUnavailableException(new InvalidOperationException(reason)) : null;
}
