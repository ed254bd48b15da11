using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>A channel as a test made it.</summary>
public sealed record TestChannel(Guid Id, string Key, JsonObject Json);

/// <summary>
/// The real application on a SQLite database of its own, with a clock that the test owns. It offers what users do; tests
/// never reach for its services.
/// </summary>
public sealed class ChatApp : WebApplicationFactory<Program>
{
    public const string AdminToken = "admin-token-of-the-tests-0123456789";

    private readonly Dictionary<string, string?> _settings = new(StringComparer.Ordinal) { ["Admin:Token"] = AdminToken };
    private readonly List<Uri> _outbound = [];
    private readonly bool _ownsFolder;
    private readonly Lazy<HttpClient> _client;

    public ChatApp(string? folder = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("chat-tests-").FullName;
        _settings["Storage:Path"] = DatabasePath;
        _client = new Lazy<HttpClient>(() => CreateClient(new WebApplicationFactoryClientOptions { BaseAddress = ClientOptions.BaseAddress, AllowAutoRedirect = false }));
    }

    /// <summary>Noon of a day: far from the ends of minutes and days, which tests go to when they mean them.</summary>
    public static DateTimeOffset Noon { get; } = new(2026, 4, 5, 12, 0, 30, TimeSpan.Zero);

    public string Folder { get; }

    public string DatabasePath => Path.Combine(Folder, "chat.db");

    public FakeTime Time { get; } = new(Noon);

    public LogCapture Log { get; } = new();

    public string Environment { get; init; } = "Production";

    /// <summary>What stands between the application and its database; null: nothing.</summary>
    internal Func<Database, Database>? Decorate { get; init; }

    /// <summary>What a test adds to the application; null: nothing.</summary>
    internal Action<IServiceCollection>? Add { get; init; }

    /// <summary>A client without any key.</summary>
    public HttpClient Client => _client.Value;

    /// <summary>Sets one setting; before the first request.</summary>
    public ChatApp With(string key, string? value)
    {
        _settings[key] = value;
        return this;
    }

    /// <summary>
    /// Configures an upstream as a provider, and lets calls to it out. It is not tried again unless a test says so: the wait
    /// before that would never end on a clock that stands still.
    /// </summary>
    public ChatApp WithProvider(string name, FakeUpstream upstream, string apiKey = "sk-upstream")
    {
        _outbound.Add(upstream.Address);
        return With($"Providers:{name}:BaseUrl", upstream.BaseUrl).With($"Providers:{name}:ApiKey", apiKey).With($"Providers:{name}:Retries", "0");
    }

    /// <summary>Lets calls to an address out.</summary>
    public ChatApp WithOutbound(Uri address)
    {
        _outbound.Add(address);
        return this;
    }

    /// <summary>Makes a channel through the administration surface.</summary>
    public async Task<TestChannel> CreateChannelAsync(JsonObject? settings = null)
    {
        settings ??= [];
        settings.TryAdd("name", "Test channel");
        using var response = await AdminAsync(HttpMethod.Post, "/admin/v1/channels", settings);
        Assert.True((int)response.StatusCode == 201, await ExplainAsync(response));
        var json = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        return new TestChannel(Guid.Parse((string)json["id"]!), (string)json["key"]!, json);
    }

    public async Task EditChannelAsync(TestChannel channel, JsonObject changes)
    {
        using var response = await AdminAsync(HttpMethod.Patch, $"/admin/v1/channels/{channel.Id}", changes);
        Assert.Equal(200, (int)response.StatusCode);
    }

    public async Task<JsonObject> ReadChannelAsync(TestChannel channel)
    {
        using var response = await AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}");
        return await response.JsonAsync();
    }

    public Task<HttpResponseMessage> AdminAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        return Client.SendAsync(request);
    }

    /// <summary>Sends a message as a website's backend does.</summary>
    public Task<HttpResponseMessage> SendAsync(TestChannel channel, string message, string session = "session-1", JsonObject? metadata = null)
    {
        var body = new JsonObject { ["message"] = message, ["session_id"] = session };
        if (metadata is not null)
            body["metadata"] = metadata;
        return PostAsync(channel.Key, body.ToJsonString());
    }

    /// <summary>Sends a message that must be answered, and gives the answer.</summary>
    public async Task<JsonObject> AskAsync(TestChannel channel, string message, string session = "session-1", JsonObject? metadata = null)
    {
        using var response = await SendAsync(channel, message, session, metadata);
        Assert.True(response.IsSuccessStatusCode, await ExplainAsync(response));
        return await response.JsonAsync();
    }

    /// <summary>Posts any body to <c>/chat</c>.</summary>
    public Task<HttpResponseMessage> PostAsync(string? key, string body, string contentType = "application/json") =>
        PostAsync(key, new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } });

    public Task<HttpResponseMessage> PostAsync(string? key, HttpContent? content, string path = "/chat")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (key is not null)
            request.Headers.Add("X-API-Key", key);
        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(TestChannel channel, string path, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        request.Headers.Add("X-API-Key", channel.Key);
        return Client.SendAsync(request);
    }

    /// <summary>The messages of a session, as <c>GET /history</c> gives them.</summary>
    public async Task<JsonArray> HistoryAsync(TestChannel channel, string session = "session-1")
    {
        using var response = await GetAsync(channel, $"/history?session_id={Uri.EscapeDataString(session)}");
        Assert.Equal(200, (int)response.StatusCode);
        return (await response.JsonAsync())["messages"]!.AsArray();
    }

    private async Task<string> ExplainAsync(HttpResponseMessage response) =>
        $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}\n{string.Join('\n', Log.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)).TakeLast(3))}";

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(Environment);
        // For who starts a real server. A port given to the factory instead is set while the program starts, and at times after it.
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        foreach (var (key, value) in _settings)
            builder.UseSetting(key, value);
        builder.ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(_settings));
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Trace));
        builder.ConfigureTestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            services.AddSingleton<IStartupFilter, FrameworkLimiter>();
            OutboundGuard.Install(services, () => _outbound);
            Add?.Invoke(services);
            if (Decorate is not null && services.Last(service => service.ServiceType == typeof(Database)).ImplementationFactory is { } open)
                services.Replace(ServiceDescriptor.Singleton(provider => Decorate((Database)open(provider))));
        });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && _ownsFolder)
            DeleteFolder(Folder);
    }

    // A database file that another instance has only just let go of may come and go while the folder is being emptied.
    private static void DeleteFolder(string folder)
    {
        for (var tries = 10; Directory.Exists(folder); tries--)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException) when (tries > 0)
            {
                // Emptied again on the next round.
            }
        }
    }
}

internal static class HttpResponseExtensions
{
    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage response) => (await response.Content.ReadFromJsonAsync<JsonObject>())!;
}
