using System.Collections.Concurrent;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>A page that a test made up.</summary>
internal sealed record MadePage(string Html, string? Policy);

/// <summary>A website of made-up pages: no policy unless a page has one, so that nothing but what is tested protects anybody.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, MadePage> _pages = new(StringComparer.Ordinal);
    private int _last;

    private PageServer(WebApplication app) => _app = app;

    public Uri Address => _app.Address();

    public static async Task<PageServer> StartAsync()
    {
        var server = new PageServer(LoopbackApp.Create());
        server._app.MapGet("/{name}", server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Puts a page up, and gives its address.</summary>
    public string Put(string html, string? policy = null)
    {
        var name = $"page-{Interlocked.Increment(ref _last)}";
        _pages[name] = new MadePage(html, policy);
        return new Uri(Address, name).ToString();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

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
