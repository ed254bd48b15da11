using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>A page that a test made up.</summary>
internal sealed record MadePage(string Html, string? Policy);

/// <summary>A website of made-up pages: no policy unless a page has one, so that nothing but what is tested protects anybody.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    /// <summary>A page that says whether the browser has brought its cookie back, which it sets as third parties do.</summary>
    public const string CookieName = "third-party-cookie";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, MadePage> _pages = new(StringComparer.Ordinal);
    private int _last;

    private PageServer(WebApplication app) => _app = app;

    public Uri Address => _app.Address();

    /// <summary>The same pages as another website: to a browser, "localhost" and "127.0.0.1" are strangers.</summary>
    public string Site => $"{Address.Scheme}://localhost:{Address.Port}";

    /// <summary>Opens the website; with a certificate, over https.</summary>
    public static async Task<PageServer> StartAsync(X509Certificate2? certificate = null)
    {
        var server = new PageServer(LoopbackApp.Create(certificate));
        server._app.MapGet("/{name}", server.AnswerAsync);
        server._app.MapGet($"/{CookieName}", AnswerWithCookieAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Puts a page up, and gives its address.</summary>
    public string Put(string html, string? policy = null) => Address + Keep(html, policy);

    /// <summary>Puts a page up, and gives its address on <see cref="Site"/>.</summary>
    public string PutOnSite(string html, string? policy = null) => $"{Site}/{Keep(html, policy)}";

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private string Keep(string html, string? policy)
    {
        var name = $"page-{Interlocked.Increment(ref _last)}";
        _pages[name] = new MadePage(html, policy);
        return name;
    }

    private static Task AnswerWithCookieAsync(HttpContext context)
    {
        context.Response.Headers.SetCookie = $"{CookieName}=1; Path=/; Secure; HttpOnly; SameSite=None";
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"<!DOCTYPE html><title>Cookie</title><p>{(context.Request.Cookies.ContainsKey(CookieName) ? "brought back" : "none")}</p>");
    }

    private Task AnswerAsync(HttpContext context)
    {
        // favicon.ico is asked for as well.
        if (!_pages.TryGetValue((string)context.Request.RouteValues["name"]!, out var page))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        if (page.Policy is not null)
            context.Response.Headers.ContentSecurityPolicy = page.Policy;
        return context.Response.WriteAsync(page.Html);
    }
}
