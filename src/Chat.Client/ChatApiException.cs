using System.Collections.ObjectModel;
using System.Net;

namespace Chat.Client;

/// <summary>
/// The one exception for a call that got no answer, or an answer that is an error: match on <see cref="Code"/>. Besides it a
/// call throws only <see cref="OperationCanceledException"/>, when the caller's own token was cancelled, <see cref="ArgumentException"/>
/// for misuse, and what a message handler added by the caller throws. Network failures are wrapped, so that code which
/// shows a visitor a sentence has one type to catch; the original is the inner exception.
/// </summary>
/// <remarks>
/// <see cref="Exception.Message"/> is built from the code, the status and the request id alone: neither the channel's key, nor a
/// visitor's text, nor a byte of the answer's body is ever in it, so it can be logged as it is.
/// </remarks>
/// <param name="code">The name of the failure: see <see cref="ChatErrorCodes"/>.</param>
/// <param name="message">What to write in a log.</param>
/// <param name="innerException">What caused it, if anything did.</param>
public sealed class ChatApiException(string code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The name of the failure for programs, in snake_case; one of <see cref="ChatErrorCodes"/>, or a newer one.</summary>
    public string Code { get; } = code;

    /// <summary>The HTTP status of the answer, or null when there was none.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>How long to wait before the same request can succeed, where the service said so; never negative.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The service's name for this request (<c>X-Request-ID</c>): what to quote to those who run it.</summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// For <see cref="ChatErrorCodes.InvalidRequest"/>: each field, by its path in the request, with its messages. Empty otherwise.
    /// </summary>
    public IReadOnlyDictionary<string, string[]> Details { get; init; } = ReadOnlyDictionary<string, string[]>.Empty;

    /// <summary>Where the channel stood against its limits, or null when the answer did not say.</summary>
    public RateLimitStatus? RateLimit { get; init; }

    /// <summary>
    /// The idempotency key that the message went out under, chosen by the caller or by the client; null for calls other than sending.
    /// Sending the same message again with it, within 24 hours, can never be answered or charged twice.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// The turn whose stream broke or failed after it had begun; null otherwise. Where the connection is what failed, the reply is still
    /// being made: <see cref="ChatApiClient.JoinAsync"/> gives it from its beginning.
    /// </summary>
    public string? MessageId { get; init; }
}
