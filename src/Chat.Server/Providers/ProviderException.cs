namespace Chat.Server.Providers;

/// <summary>An upstream did not answer as it should. The message is for the operator's log and holds no text of the upstream's.</summary>
public sealed class ProviderException(string message, Exception? inner = null) : Exception(message, inner);
