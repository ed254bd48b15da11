namespace Chat.Server.Errors;

/// <summary>
/// Carries a failure of the catalogue through an interface that knows no <see cref="Result{T}"/>, such as a chat client's.
/// What caused it was logged where it was known.
/// </summary>
public sealed class ChatErrorException(ChatError error) : Exception(error.Message)
{
    /// <summary>The failure that the caller will see.</summary>
    public ChatError Error { get; } = error;
}
