using System.Buffers;
using System.Buffers.Binary;

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
        var id = Sent(context.Request) ?? Fresh(Time(context));
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

    // A UUID of version 7 (RFC 9562, section 5.7) like others of the product's. It is to be one of its kind and no secret: the framework would ask the
    // system for its randomness, each time by a call of its own.
    private static string Fresh(DateTimeOffset time)
    {
        Span<byte> id = stackalloc byte[16];
        Random.Shared.NextBytes(id);
        Span<byte> milliseconds = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, time.ToUnixTimeMilliseconds());
        milliseconds[2..].CopyTo(id);
        id[6] = (byte)((id[6] & 0x0f) | 0x70);
        id[8] = (byte)((id[8] & 0x3f) | 0x80);
        return Convert.ToHexStringLower(id);
    }

    private static DateTimeOffset Time(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

    private static string? Sent(HttpRequest request) =>
        request.Headers[Header] is [{ Length: > 0 and <= MaxLength } id] && !id.AsSpan().ContainsAnyExcept(Allowed) ? id : null;
}
