using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>A stream of the service as one of its readers sees it: event by event, or to its end.</summary>
internal sealed class StreamReading : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private StreamReading(HttpResponseMessage response, Stream body)
    {
        (_response, _body) = (response, body);
        _events = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
    }

    public HttpResponseMessage Response => _response;

    /// <summary>Sends a message and reads its answer as it comes.</summary>
    public static Task<StreamReading> AskAsync(ChatApp app, TestChannel channel, string message, string session = "session-1", JsonObject? more = null)
    {
        var body = new JsonObject { ["message"] = message, ["session_id"] = session, ["stream"] = true };
        foreach (var (name, value) in more ?? [])
            body[name] = value?.DeepClone();
        return OpenAsync(app, new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = JsonOf(body) }, channel);
    }

    /// <summary>Joins a turn.</summary>
    public static Task<StreamReading> JoinAsync(ChatApp app, TestChannel channel, Guid messageId, string query = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/chat/{messageId}{query}");
        request.Headers.Add("Accept", "text/event-stream");
        return OpenAsync(app, request, channel);
    }

    public static async Task<StreamReading> OpenAsync(ChatApp app, HttpRequestMessage request, TestChannel channel)
    {
        request.Headers.Add("X-API-Key", channel.Key);
        var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Eventually.Patience);
        Assert.True(response.Content.Headers.ContentType?.MediaType == "text/event-stream", $"{(int)response.StatusCode} {response.Content.Headers.ContentType}");
        return new StreamReading(response, await response.Content.ReadAsStreamAsync());
    }

    public static StringContent JsonOf(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    /// <summary>The next event; it must come.</summary>
    public async Task<(string Name, JsonObject Data)> NextAsync()
    {
        Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(Eventually.Patience), "The stream has ended.");
        return (_events.Current.EventType, JsonNode.Parse(_events.Current.Data)!.AsObject());
    }

    /// <summary>The next event, which must be of this name.</summary>
    public async Task<JsonObject> NextAsync(string name)
    {
        var (actual, data) = await NextAsync();
        Assert.Equal(name, actual);
        return data;
    }

    /// <summary>The next piece of the reply.</summary>
    public async Task<string> DeltaAsync() => (string)(await NextAsync("delta"))["text"]!;

    /// <summary>The beginning, and with it the turn's id.</summary>
    public async Task<Guid> StartAsync() => (Guid)(await NextAsync("start"))["message_id"]!;

    /// <summary>All events that are left.</summary>
    public async Task<IReadOnlyList<(string Name, JsonObject Data)>> RestAsync()
    {
        List<(string, JsonObject)> events = [];
        while (await _events.MoveNextAsync().AsTask().WaitAsync(Eventually.Patience))
            events.Add((_events.Current.EventType, JsonNode.Parse(_events.Current.Data)!.AsObject()));
        return events;
    }

    /// <summary>Everything as it came over the wire; instead of reading events.</summary>
    public async Task<string> RawAsync()
    {
        using var reader = new StreamReader(_body, new UTF8Encoding(false, throwOnInvalidBytes: true));
        return await reader.ReadToEndAsync().WaitAsync(Eventually.Patience);
    }

    /// <summary>So many bytes, as they come; instead of reading events.</summary>
    public async Task<string> RawAsync(int bytes)
    {
        var buffer = new byte[bytes];
        await _body.ReadExactlyAsync(buffer).AsTask().WaitAsync(Eventually.Patience);
        return Encoding.UTF8.GetString(buffer);
    }

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync();
        await _body.DisposeAsync();
        _response.Dispose();
    }
}
