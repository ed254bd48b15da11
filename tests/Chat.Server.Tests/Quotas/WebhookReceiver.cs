using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Quotas;

/// <summary>A webhook call as its receiver saw it.</summary>
internal sealed record WebhookCall(string Path, string Signature, string Raw)
{
    public JsonObject Body => JsonNode.Parse(Raw)!.AsObject();

    /// <summary>Checks the signature as a receiver does who has read the documentation and nothing else.</summary>
    public bool IsSignedWith(string secret)
    {
        var parts = Signature.Split(',').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{parts["t"]}.{Raw}"));
        return Convert.ToHexString(mac).Equals(parts["v1"], StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>An owner's own server on a real port of 127.0.0.1.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<WebhookCall> _calls = [];

    private WebhookReceiver(WebApplication app) => _app = app;

    public Func<HttpContext, Task> OnCall { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<WebhookCall> Calls => [.. _calls];

    public Uri Address => _app.Address();

    public string Url => new Uri(Address, "hook").ToString();

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver(LoopbackApp.Create());
        receiver._app.Run(receiver.HandleAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        _calls.Enqueue(new WebhookCall(context.Request.Path, context.Request.Headers["X-Chat-Signature"].ToString(), await reader.ReadToEndAsync()));
        await OnCall(context);
    }
}
