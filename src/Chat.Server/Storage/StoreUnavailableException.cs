namespace Chat.Server.Storage;

/// <summary>
/// The store is out of reach, locked for too long, full or read-only. Nothing of the work was kept, but where it is an
/// <see cref="OutcomeUnknownException"/>.
/// </summary>
public class StoreUnavailableException(Exception inner) : Exception("The store is unavailable.", inner);

/// <summary>
/// The reply to a commit was lost, and the store stayed out of reach when it was to be looked up: the work was kept whole, or
/// not at all, and nobody knows which. It must not be taken for either.
/// </summary>
public sealed class OutcomeUnknownException(Exception inner) : StoreUnavailableException(inner);
