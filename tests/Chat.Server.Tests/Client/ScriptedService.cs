using System.Collections.Concurrent;
using Chat.Client;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Server.Tests.Client;

/// <summary>A real server on a free loopback port that gives the answers it was handed, in order, and keeps what it was asked.</summary>
internal sealed class ScriptedService : IAsyncDisposable
{
    public const string ApiKey = "chat_KEYKEYKEYKEYKEYKEYKEYKEYKEYKEYKEYKEYKEYKEYK";

    private readonly ConcurrentQueue<RequestDelegate> _script;
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(ChatApiClient.CreateHandler());

    private ScriptedService(IEnumerable<RequestDelegate> script)
    {
        _script = new ConcurrentQueue<RequestDelegate>(script);
        _app = LoopbackApp.Create();
        _app.Run(AnswerAsync);
    }

    public Uri Address => _app.Address();

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    public static async Task<ScriptedService> StartAsync(params RequestDelegate[] script)
    {
        var service = new ScriptedService(script);
        await service._app.StartAsync();
        return service;
    }

    public ChatApiClient Client(TimeProvider? time = null, string path = "", Action<ChatClientOptions>? configure = null)
    {
        var options = new ChatClientOptions { BaseUrl = new Uri(Address, path), ApiKey = ApiKey };
        configure?.Invoke(options);
        return new ChatApiClient(_http, options, time);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        _requests.Enqueue(new ReceivedRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync()));
        if (_script.TryDequeue(out var answer))
            await answer(context);
        else
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
    }
}

/// <summary>One request as it came over the wire.</summary>
internal sealed record ReceivedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);
