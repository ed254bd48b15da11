using System.Globalization;

namespace Chat.Server.Providers;

/// <summary>What a failed call says something about, and so what a circuit may conclude from it.</summary>
internal enum FaultScope
{
    /// <summary>This one request: another may well succeed.</summary>
    Request,

    /// <summary>The model at this provider: it is rate-limited or not there, while the provider's other models answer.</summary>
    Model,

    /// <summary>The provider as a whole.</summary>
    Provider,
}

/// <summary>
/// An upstream did not answer as it should; every such failure is made by one of the factories below. The message is for the
/// operator's log and holds no text of the upstream's, which may hold anything, a key included.
/// </summary>
public sealed class ProviderException : Exception
{
    private ProviderException(string reason, string message, FaultScope scope, Exception? inner = null)
        : base(message, inner)
    {
        Reason = reason;
        Scope = scope;
    }

    /// <summary>The kind of failure for metrics and traces (<c>error.type</c>): a status, or a name of few.</summary>
    internal string Reason { get; }

    internal FaultScope Scope { get; }

    /// <summary>Whether asking the same provider again at once has a good chance.</summary>
    internal bool Transient { get; private init; }

    /// <summary>When the upstream asks to be asked again, where it says a time that lies ahead.</summary>
    internal TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether it lasts until the operator does something: a key, an account or a model's name is wrong.</summary>
    internal bool NeedsOperator { get; private init; }

    /// <summary>It answered with a status other than success.</summary>
    /// <param name="status">The status.</param>
    /// <param name="retryAfter">What its <c>Retry-After</c> says; zero and less are no answer (Azure has sent both).</param>
    internal static ProviderException Status(int status, TimeSpan? retryAfter)
    {
        var wait = retryAfter > TimeSpan.Zero ? retryAfter : null;
        return new ProviderException(status.ToString(CultureInfo.InvariantCulture), $"The upstream answered {status}.", ScopeOf(status))
        {
            RetryAfter = wait,
            Transient = status is 408 or (>= 500 and not 501) || (status == 429 && wait is not null),
            NeedsOperator = status is 401 or 402 or 403 or 404,
        };
    }

    /// <summary>It did not answer within one of its deadlines.</summary>
    internal static ProviderException TimedOut(string deadline, Exception inner) =>
        new("timeout", $"The upstream took longer than its {deadline} time-out.", FaultScope.Provider, inner);

    /// <summary>It could not be reached, or the connection broke.</summary>
    internal static ProviderException Connection(HttpRequestError error, Exception inner) =>
        new("connection_error", $"The connection failed: {error}.", FaultScope.Provider, inner)
        {
            Transient = error is not (HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ConfigurationLimitExceeded),
        };

    /// <summary>What it sent is not of the protocol: HTML, broken JSON, no choice.</summary>
    internal static ProviderException NotOfProtocol(Exception? inner = null) =>
        new("invalid_response", "The upstream's answer is not of the protocol.", FaultScope.Provider, inner) { Transient = true };

    /// <summary>It sent an error with status 200, or within its stream.</summary>
    internal static ProviderException ErrorEvent() =>
        new("error_event", "The upstream sent an error in place of an answer.", FaultScope.Provider) { Transient = true };

    /// <summary>Its stream ended, and nothing says that the answer did.</summary>
    internal static ProviderException Truncated() =>
        new("truncated_response", "The upstream's stream ended without a finish reason.", FaultScope.Provider) { Transient = true };

    /// <summary>It finished, and said nothing. The same question would most likely get the same answer.</summary>
    internal static ProviderException Empty() => new("empty_response", "The upstream's answer is empty.", FaultScope.Model);

    /// <summary>It sent more than the reply that was asked for can have.</summary>
    internal static ProviderException TooLarge() =>
        new("response_too_large", "The upstream sent more than was asked for.", FaultScope.Provider);

    /// <summary>A fault of ours on the way there.</summary>
    internal static ProviderException Unexpected(Exception inner) => new("_OTHER", $"{inner.GetType().Name}.", FaultScope.Request, inner);

    // What is wrong with one request (400, 413, 422: too long for this model) is not held against the provider.
    private static FaultScope ScopeOf(int status) => status switch
    {
        404 or 429 => FaultScope.Model,
        401 or 402 or 403 or 408 or < 400 or >= 500 => FaultScope.Provider,
        _ => FaultScope.Request,
    };
}
