using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>
/// What a test may do to the pages of the shop and of the service, and a visitor may not: take their policies away, so that a checker's script can run in them, and give the owner's
/// page another stylesheet or take the widget out of it.
/// </summary>
internal sealed partial class TestPages : IStartupFilter
{
    /// <summary>A request with this header is answered without any policy.</summary>
    public const string NoPolicyHeader = "X-Test-No-Policy";

    /// <summary>In the query: the owner's page has this stylesheet's text in its head.</summary>
    public const string StyleKey = "test-style";

    /// <summary>In the query: the owner's page has no widget.</summary>
    public const string WithoutKey = "test-without";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(WithoutPolicy);
        app.UseWhen(context => context.Request.Query.ContainsKey(StyleKey) || context.Request.Query.ContainsKey(WithoutKey), branch => branch.Use(ChangeAsync));
        next(app);
    };

    private static Task WithoutPolicy(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContainsKey(NoPolicyHeader))
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.Remove("Content-Security-Policy");
                return Task.CompletedTask;
            });
        }

        return next(context);
    }

    private static async Task ChangeAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Response.Body;
        using var page = new MemoryStream();
        context.Response.Body = page;
        await next(context);
        context.Response.Body = body;
        var html = Encoding.UTF8.GetString(page.ToArray());
        if (context.Request.Query[StyleKey].ToString() is { Length: > 0 } style)
            html = html.Replace("</head>", $"<style>{style}</style></head>", StringComparison.Ordinal);
        if (context.Request.Query.ContainsKey(WithoutKey))
            html = Widget().Replace(html, "");
        context.Response.ContentLength = null;
        await context.Response.WriteAsync(html);
    }

    [GeneratedRegex("<chat-widget>.*?</chat-widget>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Widget();
}
