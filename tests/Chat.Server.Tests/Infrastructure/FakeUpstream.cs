using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>A request as the upstream received it.</summary>
public sealed record UpstreamRequest(JsonNode Body, string Authorization, string Raw)
{
    public IReadOnlyList<(string Role, string Content)> Messages =>
        [.. Body["messages"]!.AsArray().Select(message => ((string)message!["role"]!, (string)message["content"]!))];

    public string Question => Messages[^1].Content;

    public bool IsStreamed => (bool?)Body["stream"] == true;
}

/// <summary>
/// An OpenAI-compatible upstream on a real port of 127.0.0.1, speaking the real protocol over real HTTP. It answers every
/// question with an echo unless a test says otherwise.
/// </summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<UpstreamRequest> _requests = [];

    private FakeUpstream(WebApplication app) => _app = app;

    /// <summary>What to answer with.</summary>
    public Func<UpstreamRequest, HttpContext, Task> OnRequest { get; set; } = (request, context) => request.IsStreamed
        ? context.StreamAsync("You said: ", request.Question)
        : Answer(context, $"You said: {request.Question}");

    public IReadOnlyList<UpstreamRequest> Requests => [.. _requests];

    public UpstreamRequest LastRequest => _requests.Last();

    public Uri Address => _app.Address();

    public string BaseUrl => new Uri(Address, "v1").ToString();

    public static async Task<FakeUpstream> StartAsync()
    {
        var upstream = new FakeUpstream(LoopbackApp.Create());
        upstream._app.MapPost("/v1/chat/completions", upstream.HandleAsync);
        await upstream._app.StartAsync();
        return upstream;
    }

    public void Replies(string text, int promptTokens = 41, int completionTokens = 9) =>
        OnRequest = (_, context) => Answer(context, text, promptTokens, completionTokens);

    public void RepliesRaw(int status, string contentType, string body) => OnRequest = async (_, context) =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(body);
    };

    public static Task Answer(HttpContext context, string text, int promptTokens = 41, int completionTokens = 9) => context.Response.WriteAsJsonAsync(new JsonObject
    {
        ["id"] = "chatcmpl-1",
        ["object"] = "chat.completion",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
            ["finish_reason"] = "stop",
        }),
        ["usage"] = new JsonObject
        {
            ["prompt_tokens"] = promptTokens,
            ["completion_tokens"] = completionTokens,
            ["total_tokens"] = promptTokens + completionTokens,
        },
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var raw = await reader.ReadToEndAsync();
        var request = new UpstreamRequest(JsonNode.Parse(raw)!, context.Request.Headers.Authorization.ToString(), raw);
        _requests.Enqueue(request);
        await OnRequest(request, context);
    }
}
