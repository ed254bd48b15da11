namespace Chat.Server.Storage;

/// <summary>What a fault means for the work that met it.</summary>
internal enum FaultKind
{
    /// <summary>None of the store's: a mistake of ours, or a caller who hung up. It passes through as it is.</summary>
    Other,

    /// <summary>The store refuses: locked for too long, full, read-only, a login that it does not know. The next try would fare no better.</summary>
    Unavailable,

    /// <summary>The work lost against another transaction: a deadlock, a lock time-out, a snapshot conflict.</summary>
    Conflict,

    /// <summary>A row that another transaction made first; the next run finds it.</summary>
    Duplicate,

    /// <summary>A statement took longer than the client waits.</summary>
    Timeout,

    /// <summary>The connection broke, could not be made, or the database is moving to another machine.</summary>
    Connection,

    /// <summary>The server takes no more work for now, or no connection came free in time.</summary>
    Overloaded,
}

/// <summary>What follows from the kind of a fault.</summary>
internal static class FaultKinds
{
    /// <summary>Whether the same work can succeed when it is run again.</summary>
    public static bool IsTransient(this FaultKind kind) => kind >= FaultKind.Conflict;

    /// <summary>How metrics and logs name it.</summary>
    public static string Name(this FaultKind kind) => kind switch
    {
        FaultKind.Unavailable => "unavailable",
        FaultKind.Conflict => "conflict",
        FaultKind.Duplicate => "duplicate",
        FaultKind.Timeout => "timeout",
        FaultKind.Connection => "connection",
        FaultKind.Overloaded => "overloaded",
        _ => "other",
    };
}
