namespace Chat.Client;

/// <summary>
/// Every value that <see cref="ChatApiException.Code"/> can have today. The first group is what the service answers, and is
/// fixed by its published contract; the second is what this client says when there is no such answer. The service may add
/// codes: treat one that is not here by its status.
/// </summary>
public static class ChatErrorCodes
{
    /// <summary>400: the body was not JSON.</summary>
    public const string MalformedJson = "malformed_json";

    /// <summary>400: the request broke HTTP itself, such as a body cut short.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>401: no key reached the service.</summary>
    public const string MissingApiKey = "missing_api_key";

    /// <summary>401: a wrong, malformed or revoked key.</summary>
    public const string InvalidApiKey = "invalid_api_key";

    /// <summary>403: the channel is disabled or past its expiry date.</summary>
    public const string SiteInactive = "site_inactive";

    /// <summary>403: what is left of the channel's credits cannot pay for the shortest reply.</summary>
    public const string CreditsExhausted = "credits_exhausted";

    /// <summary>403: the page's origin is not on the channel's list; hosted widget only.</summary>
    public const string OriginNotAllowed = "origin_not_allowed";

    /// <summary>
    /// 404: nothing there. Of a turn: it is not the channel's, or its session has expired or was forgotten. Of any other call it means
    /// that <see cref="ChatClientOptions.BaseUrl"/> has a wrong path.
    /// </summary>
    public const string NotFound = "not_found";

    /// <summary>405: the path exists, under another method.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>409: a message with the same idempotency key is still being answered.</summary>
    public const string RequestInProgress = "request_in_progress";

    /// <summary>413: the body is over 64 KiB.</summary>
    public const string RequestTooLarge = "request_too_large";

    /// <summary>415: a body of a media type other than JSON.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>
    /// 422: a rule was broken, and <see cref="ChatApiException.Details"/> says which, by field; or an idempotency key was used
    /// again with another message. With no status: text that UTF-8 cannot hold, which was not sent.
    /// </summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>429: too many requests in this minute; <see cref="ChatApiException.RetryAfter"/> says when to come back.</summary>
    public const string RateLimitExceeded = "rate_limit_exceeded";

    /// <summary>429: too many messages on this UTC day; <see cref="ChatApiException.RetryAfter"/> says when it ends.</summary>
    public const string DailyLimitExceeded = "daily_limit_exceeded";

    /// <summary>500: no AI provider could answer. Nothing was charged.</summary>
    public const string AiServiceError = "ai_service_error";

    /// <summary>500: a fault of the service. Its log has it under <see cref="ChatApiException.RequestId"/>.</summary>
    public const string InternalError = "internal_error";

    /// <summary>503: the service's store is out of reach. Nothing was charged.</summary>
    public const string ServiceUnavailable = "service_unavailable";

    /// <summary>Made here: no connection, or one that broke before the whole answer was read, twice in a row.</summary>
    public const string ConnectionFailed = "connection_failed";

    /// <summary>Made here: no whole answer within <see cref="ChatClientOptions.Timeout"/>.</summary>
    public const string Timeout = "timeout";

    /// <summary>Made here: an answer that is not the service's, such as a proxy's error page, a redirect or cut JSON.</summary>
    public const string UnexpectedResponse = "unexpected_response";

    /// <summary>Made here: an answer longer than <see cref="ChatClientOptions.MaxResponseBytes"/>; the rest was not read.</summary>
    public const string ResponseTooLarge = "response_too_large";
}
