using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Chat.Server.Http;

/// <summary>
/// JSON that goes out at once, with its length. The framework's own results are flushed before their length is known: they go in chunks,
/// of which the last is empty and has a packet, and a wake-up at either end, of its own. It lies in memory whole until it is sent: for answers of some kilobytes.
/// </summary>
public static class JsonAnswer
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary>200 with a body.</summary>
    public static IResult Ok<T>(T value) => new Answer<T>(value, StatusCodes.Status200OK, null);

    /// <summary>201 with a body.</summary>
    /// <param name="location">Where the new resource is.</param>
    /// <param name="value">The body.</param>
    public static IResult Created<T>(string location, T value) => new Answer<T>(value, StatusCodes.Status201Created, location);

    /// <summary>Any status with a body.</summary>
    public static IResult Of<T>(int status, T value) => new Answer<T>(value, status, null);

    /// <summary>Writes a response that has not begun, and all of it.</summary>
    /// <param name="context">The request; its status is set.</param>
    /// <param name="value">The body.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <param name="contentType">The media type; by default JSON's own.</param>
    public static async Task WriteJsonAsync<T>(this HttpContext context, T value, CancellationToken cancellationToken, string contentType = Json)
    {
        var (response, options) = (context.Response, context.Json());
        response.ContentType = contentType;
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, new JsonWriterOptions { Encoder = options.Encoder, MaxDepth = options.MaxDepth }))
        {
            JsonSerializer.Serialize(writer, value, Generated<T>(options));
            // Into the response's own buffer, which keeps it until it is flushed.
            writer.Flush();
            response.ContentLength = writer.BytesCommitted;
        }

        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    // Under options that name an encoder, as ours do, the generated code is not used for writing: it is taken from its own context,
    // which names properties as ours do, and the writer has the encoder.
    private static JsonTypeInfo<T> Generated<T>(JsonSerializerOptions options)
    {
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        return type.OriginatingResolver is JsonSerializerContext context ? (JsonTypeInfo<T>)context.GetTypeInfo(typeof(T))! : type;
    }

    private sealed class Answer<T>(T value, int status, string? location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            if (location is not null)
                httpContext.Response.Headers.Location = location;
            return httpContext.WriteJsonAsync(value, httpContext.RequestAborted);
        }
    }
}
