using Chat.Server.Channels;
using Chat.Server.Hosting.Telemetry;
using Microsoft.AspNetCore.Diagnostics;

namespace Chat.Server.Hosting;

/// <summary>
/// One line a request: method, route, status, time, channel, under a scope with the request's id. The route's pattern stands
/// for the path, so neither a session id nor a forged line gets into a log; keys and texts never do.
/// </summary>
internal static partial class RequestLog
{
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Chat.Server.Requests");
        var time = services.GetRequiredService<TimeProvider>();
        return app.Use(async (context, next) =>
        {
            using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new("RequestId", context.TraceIdentifier) });
            var started = time.GetTimestamp();
            await next(context);
            var pattern = (Endpoint(context) as RouteEndpoint)?.RoutePattern.RawText;
            RequestSpan.Describe(context, Method(context.Request.Method), pattern);
            if (logger.IsEnabled(LogLevel.Information))
            {
                var route = pattern ?? "(none)";
                Log.Answered(
                    logger,
                    Method(context.Request.Method),
                    route,
                    context.Response.StatusCode,
                    time.GetElapsedTime(started).TotalMilliseconds,
                    context.Features.Get<Channel>()?.PublicId,
                    context.TraceIdentifier);
            }
        });
    }

    // A fault's handler takes the endpoint off the request.
    private static Endpoint? Endpoint(HttpContext context) => context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;

    // A method is any token: only known ones are written as they came.
    private static string Method(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" => method,
        _ => "(other)",
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Route} answered {Status} in {Elapsed:0.0} ms (channel {Channel}, request {RequestId}).")]
        public static partial void Answered(ILogger logger, string method, string route, int status, double elapsed, Guid? channel, string requestId);
    }
}
