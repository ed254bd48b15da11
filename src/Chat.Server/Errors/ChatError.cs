namespace Chat.Server.Errors;

/// <summary>
/// A failure that a caller may see. The catalogue is closed: every failure of the service is made by one of the factories
/// below, so that each status, sentence and code stands here once. Clients match on <see cref="Message"/> and
/// <see cref="Code"/>; neither ever says what an upstream said, or names a host, a file or a type.
/// </summary>
public sealed record ChatError
{
    private ChatError(int status, string code, string message)
    {
        Status = status;
        Code = code;
        Message = message;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The name of the failure for programs, in snake_case; stable.</summary>
    public string Code { get; }

    /// <summary>The sentence of the failure; fixed by the contract.</summary>
    public string Message { get; }

    /// <summary>For failed validation: each field, by its path in the request, with its messages.</summary>
    public IReadOnlyDictionary<string, string[]>? Details { get; private init; }

    /// <summary>How long a caller should wait before the same request can succeed; sent as <c>Retry-After</c>, rounded up to seconds.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>400: the body is not JSON in UTF-8, or is JSON with a member given twice.</summary>
    public static ChatError MalformedJson { get; } = new(400, "malformed_json", "Malformed JSON");

    /// <summary>400: the request breaks HTTP itself, such as a body cut short.</summary>
    public static ChatError BadRequest { get; } = new(400, "bad_request", "Bad request");

    /// <summary>401: no key header.</summary>
    public static ChatError MissingApiKey { get; } = new(401, "missing_api_key", "Missing API key");

    /// <summary>401: a wrong, malformed or revoked key; the three are never told apart.</summary>
    public static ChatError InvalidApiKey { get; } = new(401, "invalid_api_key", "Invalid API key");

    /// <summary>401: the administration surface was called without its token, or with another.</summary>
    public static ChatError InvalidAdminToken { get; } = new(401, "invalid_admin_token", "Invalid admin token");

    /// <summary>403: the channel is disabled or past its expiry date.</summary>
    public static ChatError SiteInactive { get; } = new(403, "site_inactive", "Site is inactive");

    /// <summary>403: what is left of the channel's credits cannot pay for the shortest reply.</summary>
    public static ChatError CreditsExhausted { get; } = new(403, "credits_exhausted", "Credits exhausted");

    /// <summary>404: no such path, or nothing there that this caller may know of.</summary>
    public static ChatError NotFound { get; } = new(404, "not_found", "Not found");

    /// <summary>405: the path exists, under another method.</summary>
    public static ChatError MethodNotAllowed { get; } = new(405, "method_not_allowed", "Method not allowed");

    /// <summary>409: a request with the same idempotency key is being answered.</summary>
    /// <param name="retryAfter">When to look again.</param>
    public static ChatError RequestInProgress(TimeSpan retryAfter) =>
        new(409, "request_in_progress", "Request in progress") { RetryAfter = retryAfter };

    /// <summary>413: the body is over the limit of its path.</summary>
    public static ChatError RequestTooLarge { get; } = new(413, "request_too_large", "Request too large");

    /// <summary>415: a body of a media type other than JSON.</summary>
    public static ChatError UnsupportedMediaType { get; } = new(415, "unsupported_media_type", "Unsupported media type");

    /// <summary>500: no provider could answer, after every fail-over.</summary>
    public static ChatError AiServiceError { get; } = new(500, "ai_service_error", "AI service error");

    /// <summary>500: a fault of ours. The log line with the same request id says which.</summary>
    public static ChatError InternalError { get; } = new(500, "internal_error", "Internal error");

    /// <summary>503: the store is out of reach; nothing was charged.</summary>
    public static ChatError ServiceUnavailable { get; } = new(503, "service_unavailable", "Service unavailable");

    /// <summary>429: the channel has had its messages of this UTC minute.</summary>
    /// <param name="retryAfter">Until the next minute.</param>
    public static ChatError RateLimitExceeded(TimeSpan retryAfter) =>
        new(429, "rate_limit_exceeded", "Rate limit exceeded") { RetryAfter = retryAfter };

    /// <summary>429: the channel has had its messages of this UTC day.</summary>
    /// <param name="retryAfter">Until the next day.</param>
    public static ChatError DailyLimitExceeded(TimeSpan retryAfter) =>
        new(429, "daily_limit_exceeded", "Daily limit exceeded") { RetryAfter = retryAfter };

    /// <summary>422: the request was understood and breaks a rule.</summary>
    /// <param name="details">Each field with its messages.</param>
    public static ChatError InvalidRequest(IReadOnlyDictionary<string, string[]> details) =>
        new(422, "invalid_request", "Invalid request") { Details = details };

    /// <summary>422: one field breaks a rule.</summary>
    /// <param name="field">The field's path in the request, such as <c>metadata.url</c>.</param>
    /// <param name="message">What the rule asks for.</param>
    public static ChatError InvalidRequest(string field, string message) =>
        InvalidRequest(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });
}
