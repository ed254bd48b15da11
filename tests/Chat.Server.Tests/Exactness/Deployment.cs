using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Exactness;

/// <summary>What a caller of <c>POST /chat</c> learnt.</summary>
/// <param name="Status">The status; 0 when there was no answer.</param>
/// <param name="Code">The error's code, where it has one.</param>
/// <param name="MessageId">The turn, where it was answered.</param>
/// <param name="Replayed">Whether the answer was an earlier one.</param>
internal sealed record Outcome(int Status, string? Code = null, string? MessageId = null, bool Replayed = false)
{
    public static Outcome NoAnswer { get; } = new(0);
}

/// <summary>Some processes of the service that share one embedded database and one upstream; all of it is gone when disposed.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    public const string CleanAudit = "clean";

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly List<ServerProcess> _processes = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-processes-").FullName;

    private Deployment(FakeUpstream upstream)
    {
        Upstream = upstream;
        Books = new Books(Path.Combine(_folder, "chat.db"));
        _settings["Storage__Path"] = Books.DatabasePath;
        _settings["Admin__Token"] = ChatApp.AdminToken;
        _settings["Providers__mock__BaseUrl"] = upstream.BaseUrl;
        // One call upstream for each turn: what these tests count by.
        _settings["Providers__mock__Retries"] = "0";
    }

    public FakeUpstream Upstream { get; }

    public Books Books { get; }

    public IReadOnlyList<ServerProcess> Processes => _processes;

    /// <summary>On an embedded database of its own: see <see cref="Books"/>.</summary>
    public static Task<Deployment> StartAsync(int processes, params (string Name, string Value)[] settings) => StartAsync(processes, null, settings);

    /// <summary>On a database of the caller's, which has no <see cref="Books"/>; null: on one of its own.</summary>
    public static async Task<Deployment> StartAsync(int processes, EmptyDatabase? store, params (string Name, string Value)[] settings)
    {
        var deployment = new Deployment(await FakeUpstream.StartAsync());
        try
        {
            foreach (var (name, value) in settings)
                deployment._settings[name] = value;
            if (store is not null)
                deployment._settings[store.Setting.Key.Replace(":", "__", StringComparison.Ordinal)] = store.Setting.Value;
            for (var count = 0; count < processes; count++)
                await deployment.AddProcessAsync();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    public async Task<ServerProcess> AddProcessAsync()
    {
        var process = await ServerProcess.StartAsync(_settings);
        _processes.Add(process);
        return process;
    }

    /// <summary>Kills the only process and starts another in its place.</summary>
    public async Task<ServerProcess> RestartAsync()
    {
        var former = _processes.Single();
        await former.DisposeAsync();
        _processes.Remove(former);
        return await AddProcessAsync();
    }

    public async Task<string> CreateChannelAsync(JsonObject settings)
    {
        settings.TryAdd("name", "Under load");
        var request = new HttpRequestMessage(HttpMethod.Post, "/admin/v1/channels") { Content = JsonContent.Create(settings) };
        request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);
        using var response = await _processes[0].Client.SendAsync(request);
        Assert.True((int)response.StatusCode == 201, await response.Content.ReadAsStringAsync());
        return (string)(await response.JsonAsync())["key"]!;
    }

    /// <summary>What every channel has consumed, as the service tells it.</summary>
    public async Task<decimal> CreditsConsumedAsync()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/admin/v1/channels");
        request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);
        using var response = await _processes[0].Client.SendAsync(request);
        return (await response.JsonAsync())["data"]!.AsArray().Sum(channel => (decimal)channel!["credits_consumed"]!);
    }

    /// <summary>What the service's own audit says: <see cref="CleanAudit"/>, or the answer as it came.</summary>
    public async Task<string> AuditAsync()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/admin/v1/audit");
        request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);
        using var response = await _processes[0].Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode && JsonNode.Parse(text) is JsonObject audit && (bool)audit["ok"]! && audit["violations"]!.AsArray().Count == 0
            ? CleanAudit
            : $"{(int)response.StatusCode} {text}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await Upstream.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

internal static class ChatCalls
{
    /// <summary>Sends a message in a session of its own; never throws: no answer is an outcome too.</summary>
    public static async Task<Outcome> ChatAsync(
        this HttpClient client, string channelKey, string message, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Content = JsonContent.Create(new JsonObject { ["message"] = message, ["session_id"] = message }),
        };
        request.Headers.Add("X-API-Key", channelKey);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            var replayed = response.Headers.TryGetValues("Idempotency-Replayed", out var values) && values.Contains("true");
            return new Outcome((int)response.StatusCode, (string?)body!["code"], (string?)body["message_id"], replayed);
        }
        // A socket's own, where a process ends between the making of a connection and the client's look at it.
        catch (Exception fault) when (fault is HttpRequestException or SocketException or OperationCanceledException or IOException or JsonException)
        {
            return Outcome.NoAnswer;
        }
    }
}
