using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Chat.Server.Tests.Infrastructure;
using Chat.Widget.Backend;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Widget.Tests.Infrastructure;

/// <summary>A site that maps the widget, and one visitor's browser: it keeps cookies and follows nothing by itself.</summary>
internal sealed class WidgetApp : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 4, 5, 12, 0, 30, TimeSpan.Zero);

    private readonly WebApplication _app;
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

    private WidgetApp(WebApplication app, ScriptedBackend backend, FakeTime time)
    {
        (_app, Backend, Time) = (app, backend, time);
        Client = app.GetTestServer().CreateClient();
    }

    public ScriptedBackend Backend { get; }

    public FakeTime Time { get; }

    public HttpClient Client { get; }

    public IReadOnlyDictionary<string, string> Cookies => _cookies;

    public IServiceProvider Services => _app.Services;

    public static async Task<WidgetApp> StartAsync(Action<ChatWidgetOptions>? configure = null, Action<WebApplication>? map = null, ScriptedBackend? backend = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var time = new FakeTime(Noon);
        backend ??= new ScriptedBackend();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IChatBackend>(backend);
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddChatWidget(options =>
        {
            options.TimeZone = TimeZoneInfo.Utc;
            configure?.Invoke(options);
        });
        var app = builder.Build();
        map?.Invoke(app);
        app.MapChatWidget();
        await app.StartAsync();
        return new WidgetApp(app, backend, time);
    }

    /// <summary>A request with the browser's cookies, whose answer's cookies it keeps.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        if (_cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        foreach (var set in response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [])
        {
            var (name, value) = (set[..set.IndexOf('=')], set[(set.IndexOf('=') + 1)..].Split(';')[0]);
            if (value.Length == 0)
                _cookies.Remove(name);
            else
                _cookies[name] = value;
        }

        return response;
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? language = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (language is not null)
            request.Headers.Add("Accept-Language", language);
        return SendAsync(request);
    }

    public async Task<IHtmlDocument> PageAsync(string path = "/_chat/panel", string? language = null)
    {
        using var response = await GetAsync(path, language);
        return await ParseAsync(response);
    }

    public Task<HttpResponseMessage> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) });

    /// <summary>Sends a message as the panel's form does; the form may be one that was loaded before.</summary>
    public async Task<HttpResponseMessage> AskAsync(string text, IHtmlDocument? panel = null)
    {
        panel ??= await PageAsync();
        return await PostAsync("/_chat/send", [.. FieldsOf(panel), new("message", text)]);
    }

    /// <summary>Presses a button of the transcript.</summary>
    public async Task<HttpResponseMessage> PressAsync(string action, string name, string value)
    {
        Backend.Answer.Writer.TryComplete();
        var log = await PageAsync("/_chat/log");
        return await PostAsync($"/_chat/{action}", [.. FieldsOf(log), new(name, value)]);
    }

    public static IEnumerable<KeyValuePair<string, string>> FieldsOf(IHtmlDocument page) => page
        .QuerySelectorAll("input[type=hidden]").Cast<IHtmlInputElement>()
        .Select(input => new KeyValuePair<string, string>(input.Name!, input.Value));

    public static async Task<IHtmlDocument> ParseAsync(HttpResponseMessage response) => Parse(await response.Content.ReadAsStringAsync());

    public static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    public async ValueTask DisposeAsync()
    {
        Backend.Answer.Writer.TryComplete();
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
