using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Chat.Server.Errors;
using Microsoft.Net.Http.Headers;

namespace Chat.Server.Http;

/// <summary>
/// Reads a JSON body by hand, because the framework's own binding answers with bodies and statuses that are not ours, and
/// before the key was looked at.
/// </summary>
public static class JsonBody
{
    private const int FirstBuffer = 4 * 1024;

    /// <summary>Reads the whole body and turns it into <typeparamref name="T"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">More than this is 413.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<Result<T>> ReadAsync<T>(HttpContext context, int maxBytes, CancellationToken cancellationToken)
        where T : class
    {
        if (!IsJson(context.Request))
            return ChatError.UnsupportedMediaType;
        if (context.Request.ContentLength > maxBytes)
            return ChatError.RequestTooLarge;

        var buffer = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? FirstBuffer) + 1);
        try
        {
            var length = 0;
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
            {
                length += read;
                if (length > maxBytes)
                    return ChatError.RequestTooLarge;
                if (length == buffer.Length)
                    buffer = Grow(buffer, maxBytes);
            }

            return Parse<T>(buffer.AsMemory(0, length), context.Json());
        }
        finally
        {
            // Message text does not linger in a pool.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Turns bytes into <typeparamref name="T"/>: 400 for what is not JSON, 422 for JSON of another shape.</summary>
    public static Result<T> Parse<T>(ReadOnlyMemory<byte> body, JsonSerializerOptions options)
        where T : class
    {
        try
        {
            // Strings of a document are not checked until they are read.
            if (!Utf8.IsValid(body.Span))
                return ChatError.MalformedJson;
            // A document first: it tells broken JSON from a wrong shape, and sees a member given twice even where nobody reads it.
            using var document = JsonDocument.Parse(
                body, new JsonDocumentOptions { AllowDuplicateProperties = options.AllowDuplicateProperties, MaxDepth = options.MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read<T>(document.RootElement, options)
                : ChatError.InvalidRequest("", "The body must be a JSON object.");
        }
        catch (JsonException)
        {
            return ChatError.MalformedJson;
        }
        catch (InvalidOperationException)
        {
            // JSON by its grammar, but a member's name holds an unpaired surrogate, which the look for duplicates cannot read.
            return ChatError.InvalidRequest("", "A member's name is not well-formed Unicode text.");
        }
    }

    private static Result<T> Read<T>(JsonElement root, JsonSerializerOptions options)
        where T : class
    {
        try
        {
            return root.Deserialize((JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))!;
        }
        catch (JsonException fault)
        {
            var field = fault.Path is ['$', '.', .. var path] ? path : "";
            return ChatError.InvalidRequest(field, "The value is of the wrong type, unknown here, or not well-formed Unicode text.");
        }
    }

    // A body with no media type at all is taken for JSON, as curl users expect; a charset is ignored (RFC 8259, section 11):
    // bytes that are not UTF-8 are simply not JSON.
    private static bool IsJson(HttpRequest request)
    {
        if (string.IsNullOrEmpty(request.ContentType))
            return true;
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || (type.Type.Equals("application", StringComparison.OrdinalIgnoreCase) && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)));
    }

    private static byte[] Grow(byte[] buffer, int maxBytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 4, maxBytes + 1));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return larger;
    }
}
