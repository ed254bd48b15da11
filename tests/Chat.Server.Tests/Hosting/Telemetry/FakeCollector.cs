using System.Collections.Concurrent;
using System.Text;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Hosting.Telemetry;

/// <summary>An OpenTelemetry collector on a real port, as far as keeping every byte of OTLP over HTTP that it is sent.</summary>
internal sealed class FakeCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = [];

    private FakeCollector(WebApplication app) => _app = app;

    public string Endpoint => _app.Address().GetLeftPart(UriPartial.Authority);

    /// <summary>All that was sent as traces; names and values stand in it as they are.</summary>
    public string Traces => Text("/v1/traces");

    /// <summary>All that was sent as metrics.</summary>
    public string Metrics => Text("/v1/metrics");

    public static async Task<FakeCollector> StartAsync()
    {
        var collector = new FakeCollector(LoopbackApp.Create());
        collector._app.MapPost("/v1/{signal}", collector.KeepAsync);
        await collector._app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task KeepAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.Enqueue((context.Request.Path, body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    private string Text(string path) => string.Concat(_received.Where(sent => sent.Path == path).Select(sent => Encoding.UTF8.GetString(sent.Body)));
}
