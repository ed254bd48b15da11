using Chat.Server.Errors;

namespace Chat.Server.Http;

/// <summary>The one place that turns a failure into bytes: flat on the widget surface, problem details under <c>/admin</c>.</summary>
public static class ErrorWriter
{
    internal const string Json = "application/json";
    internal const string ProblemJson = "application/problem+json";

    /// <summary>Answers the request with a failure.</summary>
    public static Task WriteErrorAsync(this HttpContext context, ChatError error, CancellationToken cancellationToken)
    {
        // For whoever counts refusals: it stands around those who refuse.
        context.Features.Set(error);
        var response = context.Response;
        response.StatusCode = error.Status;
        response.Headers.CacheControl = "no-store";
        if (error.Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        if (error.RetryAfter is { } wait)
            response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString();
        return IsAdministration(context.Request.Path)
            ? context.WriteJsonAsync(Problem(context.TraceIdentifier, error), cancellationToken, ProblemJson)
            : context.WriteJsonAsync(Flat(error), cancellationToken);
    }

    internal static bool IsAdministration(PathString path) => path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase);

    internal static ErrorResponse Flat(ChatError error) =>
        new() { Error = error.Message, Code = error.Code, Details = error.Details };

    internal static ProblemResponse Problem(string requestId, ChatError error) => new()
    {
        Type = "about:blank",
        Title = error.Message,
        Status = error.Status,
        Code = error.Code,
        RequestId = requestId,
        Errors = error.Details,
    };
}

/// <summary>A failure as a result of an endpoint.</summary>
public sealed class ErrorResult(ChatError error) : IResult
{
    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext) => httpContext.WriteErrorAsync(error, httpContext.RequestAborted);
}

/// <summary>Turns operation outcomes into endpoint results.</summary>
public static class ResultExtensions
{
    /// <summary>The value as <paramref name="success"/> says, or the failure in the surface's own shape.</summary>
    public static IResult ToHttp<T>(this Result<T> result, Func<T, IResult> success) =>
        result.Succeeded(out var value, out var error) ? success(value) : new ErrorResult(error);
}
