using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Server.Hosting.Telemetry;

/// <summary>
/// Names a request's span and puts OpenTelemetry's attributes on it, where somebody listens; .NET 10 leaves both out. As in the
/// request log, the route's pattern stands for the path, and neither a query nor who asks is told.
/// </summary>
internal static class RequestSpan
{
    public static void Describe(HttpContext context, string method, string? route)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
            return;
        var status = context.Response.StatusCode;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.request.method", method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }
}
