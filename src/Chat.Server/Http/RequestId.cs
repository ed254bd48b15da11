using System.Buffers;

namespace Chat.Server.Http;

/// <summary>
/// Every response carries <c>X-Request-ID</c>: the caller's, where it sent a well-formed one (1 to 128 of letters, digits,
/// dot, hyphen, underscore), else a new one. The same id is on every log line of the request.
/// </summary>
public static class RequestId
{
    private const string Header = "X-Request-ID";
    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <summary>Gives each request its id, before anything can fail.</summary>
    public static IApplicationBuilder UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var id = Sent(context.Request) ?? Guid.CreateVersion7(Time(context)).ToString("N");
        context.TraceIdentifier = id;
        // On starting, because the exception handler clears the headers that were set before.
        context.Response.OnStarting(
            static state =>
            {
                var (response, id) = ((HttpResponse, string))state;
                response.Headers[Header] = id;
                return Task.CompletedTask;
            },
            (context.Response, id));
        return next(context);
    });

    private static DateTimeOffset Time(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

    private static string? Sent(HttpRequest request) =>
        request.Headers[Header] is [{ Length: > 0 and <= MaxLength } id] && !id.AsSpan().ContainsAnyExcept(Allowed) ? id : null;
}
