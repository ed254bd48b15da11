using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public string Url => new Uri(Address, "hook").ToString();

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new WebhookReceiver(builder.Build());
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
