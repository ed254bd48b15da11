using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Contract;

/// <summary>The real application on a database of each engine for the tests of a class, which make channels of their own.</summary>
public sealed class EngineApps : IAsyncLifetime
{
    private readonly Dictionary<DatabaseEngine, EngineApp> _apps = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var app in _apps.Values)
            await app.DisposeAsync();
    }

    /// <summary>The application, as the last test left it; its upstream echoes again.</summary>
    internal async Task<EngineApp> OnAsync(DatabaseEngine engine)
    {
        if (!_apps.TryGetValue(engine, out var app))
            _apps.Add(engine, app = new EngineApp(await EmptyDatabase.CreateAsync(engine), await FakeUpstream.StartAsync()));
        app.Upstream.OnRequest = (request, context) => FakeUpstream.Answer(context, $"You said: {request.Question}");
        return app;
    }
}

/// <summary>One application on one database, and others on the same.</summary>
internal sealed class EngineApp : IAsyncDisposable
{
    private readonly List<ChatApp> _instances = [];
    private readonly EmptyDatabase _store;

    public EngineApp(EmptyDatabase store, FakeUpstream upstream)
    {
        _store = store;
        Upstream = upstream;
        App = AddInstance();
    }

    public ChatApp App { get; }

    public FakeUpstream Upstream { get; }

    /// <summary>One more instance on the same database, with a clock of its own.</summary>
    public ChatApp AddInstance()
    {
        var app = new ChatApp().WithProvider("mock", Upstream).With(_store.Setting.Key, _store.Setting.Value);
        _instances.Add(app);
        return app;
    }

    /// <summary>Sends a message under an idempotency key, to an instance.</summary>
    public static Task<HttpResponseMessage> SendKeyedAsync(ChatApp app, TestChannel channel, string message, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat");
        request.Headers.Add("X-API-Key", channel.Key);
        request.Headers.Add("Idempotency-Key", key);
        var body = new JsonObject { ["message"] = message, ["session_id"] = "s" };
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return app.Client.SendAsync(request);
    }

    public async Task<JsonObject> AdminAsync(string path)
    {
        using var response = await App.AdminAsync(HttpMethod.Get, path);
        Assert.Equal(200, (int)response.StatusCode);
        return await response.JsonAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        await Upstream.DisposeAsync();
        await _store.DisposeAsync();
    }
}
