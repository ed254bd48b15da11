using Chat.Widget.Home;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Widget.Panel;

/// <summary>One request for one of the widget's pages: who asks, where, and how it is answered.</summary>
internal sealed class WidgetRequest(HttpContext context, IWidgetHome home, WidgetVisit visit)
{
    public const string Permissions = "camera=(), geolocation=(), microphone=()";

    public HttpContext Context { get; } = context;

    public IWidgetHome Home { get; } = home;

    public WidgetVisit Visit { get; } = visit;

    public CancellationToken Left => Context.RequestAborted;

    public T Service<T>()
        where T : notnull => Context.RequestServices.GetRequiredService<T>();

    /// <summary>The same request with what has become of the visit.</summary>
    public WidgetRequest With(WidgetVisit changed) => new(Context, Home, changed);

    /// <summary>Sets what every page of the widget says before its first byte.</summary>
    public void Begin()
    {
        var headers = Context.Response.Headers;
        Context.Response.ContentType = "text/html; charset=utf-8";
        headers.CacheControl = "no-store, no-transform";
        headers.ContentSecurityPolicy = Policy();
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = Permissions;
        // Over plain http a browser may look up the host of every link that it shows: a name of the model's choosing, before any click.
        headers["X-DNS-Prefetch-Control"] = "off";
        headers["X-Accel-Buffering"] = "no";
        // frame-ancestors says it better; the antiforgery system sets this one on its own, and it knows no list.
        headers.Remove("X-Frame-Options");
    }

    /// <summary>Sends the browser on with GET (RFC 9110, 15.4.4), so that a reload repeats no post.</summary>
    public Task SeeOtherAsync(string url)
    {
        Context.Response.StatusCode = StatusCodes.Status303SeeOther;
        Context.Response.Headers.Location = url;
        Context.Response.Headers.CacheControl = "no-store";
        Context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Task.CompletedTask;
    }

    private string Policy()
    {
        var pictures = WidgetLink.Origin(Visit.Settings.AvatarUrl) is { } origin ? $"'self' {origin}" : "'self'";
        return $"default-src 'none'; style-src 'self'; img-src {pictures}; form-action 'self'; frame-src 'self'; base-uri 'none'; "
            + (Home.FrameAncestors(Context, Visit) is { } ancestors ? $"frame-ancestors {ancestors}; " : "")
            + "sandbox allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads";
    }
}
