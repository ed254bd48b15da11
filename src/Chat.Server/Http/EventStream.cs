using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Server.Http;

/// <summary>
/// An answer as server-sent events (HTML standard, section 9.2), written by hand: the framework's own result sends nothing
/// before its first event, and cannot end with an error. Each event is one line of JSON. A reader that does not keep up
/// holds at most what the server buffers of one answer: <see cref="FlushAsync"/> waits for it.
/// </summary>
internal sealed class EventStream
{
    /// <summary>The media type.</summary>
    public const string MediaType = "text/event-stream";

    // What a long reply read from its beginning may gather before it is sent on.
    private const int FlushThreshold = 16 * 1024;

    private readonly HttpResponse _response;
    private readonly JsonSerializerOptions _options;
    private readonly Utf8JsonWriter _json;

    private EventStream(HttpContext context)
    {
        _response = context.Response;
        _options = context.Json();
        _json = new Utf8JsonWriter(_response.BodyWriter, new JsonWriterOptions { Encoder = _options.Encoder, SkipValidation = true });
    }

    private CancellationToken Left => _response.HttpContext.RequestAborted;

    /// <summary>Whether the request accepts events by name.</summary>
    public static bool IsAcceptedBy(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase) && type.Quality is not 0);

    /// <summary>Begins the answer: headers and a comment are with the reader before there is anything to say.</summary>
    public static async Task<EventStream> OpenAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = $"{MediaType}; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-transform";
        // nginx, and what speaks its language, would else gather the events into a page.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        await response.StartAsync(context.RequestAborted);
        var events = new EventStream(context);
        await events.CommentAsync("open");
        return events;
    }

    /// <summary>Sends a comment, which readers pass over.</summary>
    public Task CommentAsync(string text)
    {
        _response.BodyWriter.Write(Encoding.ASCII.GetBytes($": {text}\n\n"));
        return FlushAsync();
    }

    /// <summary>Adds an event; the reader has it after the next flush.</summary>
    public async ValueTask AddAsync<T>(string name, T data)
    {
        var body = _response.BodyWriter;
        body.Write(Encoding.ASCII.GetBytes($"event: {name}\ndata: "));
        JsonSerializer.Serialize(_json, data, (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));
        await _json.FlushAsync(Left);
        _json.Reset();
        body.Write("\n\n"u8);
        if (body.CanGetUnflushedBytes && body.UnflushedBytes >= FlushThreshold)
            await FlushAsync();
    }

    /// <summary>Sends what was added, and waits while the reader is behind.</summary>
    /// <exception cref="OperationCanceledException">The reader has left.</exception>
    public async Task FlushAsync()
    {
        var flushed = await _response.BodyWriter.FlushAsync(Left);
        if (flushed.IsCompleted || flushed.IsCanceled)
            throw new OperationCanceledException(Left);
    }
}
