namespace Chat.Server.Storage;

/// <summary>The store is out of reach, locked for too long, full or read-only. Nothing of the work was kept.</summary>
public sealed class StoreUnavailableException(Exception inner) : Exception("The store is unavailable.", inner);
