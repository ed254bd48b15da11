using System.Collections.ObjectModel;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Chat.Client;

/// <summary>One answer, read whole. Its body may come from anything on the way, so no failure made of it repeats any of it.</summary>
internal sealed record ChatAnswer(HttpStatusCode Status, ChatResponseFacts Facts, string? IdempotencyKey)
{
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The turn that a stream has named.</summary>
    public string? MessageId { get; init; }

    /// <summary>The body of a success.</summary>
    /// <exception cref="ChatApiException">It is not what the contract says.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, type) ?? throw Unexpected();
        }
        catch (JsonException)
        {
            throw Unexpected();
        }
    }

    /// <summary>The service's own error, or an unexpected response where the body is none of the service's.</summary>
    public ChatApiException Error()
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, ChatWireJson.Default.ErrorBody) is { } body && IsCode(body.Code)
                ? Failure(body.Code, $"The Chat service answered {(int)Status} ({body.Code})", DetailsOf(body.Details))
                : Unexpected();
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The second is what a JsonElement throws for text that is not UTF-8.
            return Unexpected();
        }
    }

    public ChatApiException Unexpected() =>
        Failure(ChatErrorCodes.UnexpectedResponse, $"The answer, with status {(int)Status}, is not one of the Chat service");

    public ChatApiException TooLarge() =>
        Failure(
            ChatErrorCodes.ResponseTooLarge,
            $"The answer, with status {(int)Status}, is longer than {nameof(ChatClientOptions.MaxResponseBytes)} allows");

    /// <summary>An answer whose rest did not come.</summary>
    public ChatApiException Broken(string code, string message, Exception? cause = null) => Failure(code, message, cause: cause);

    private ChatApiException Failure(string code, string message, IReadOnlyDictionary<string, string[]>? details = null, Exception? cause = null) =>
        new(code, Facts.RequestId is null ? $"{message}." : $"{message}, request {Facts.RequestId}.", cause)
        {
            StatusCode = Status,
            RetryAfter = Facts.RetryAfter,
            RequestId = Facts.RequestId,
            RateLimit = Facts.RateLimit,
            Details = details ?? ReadOnlyDictionary<string, string[]>.Empty,
            IdempotencyKey = IdempotencyKey,
            MessageId = MessageId,
        };

    // The code goes into the message: anything but a name would let a foreign body speak through it.
    private static bool IsCode(string code) =>
        code.Length is > 0 and <= 64 && code.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_');

    private static Dictionary<string, string[]>? DetailsOf(JsonElement details) => details.ValueKind != JsonValueKind.Object
        ? null
        : details.EnumerateObject()
            .Where(field => field.Value.ValueKind == JsonValueKind.Array)
            .GroupBy(field => field.Name, field => field.Value, StringComparer.Ordinal)
            .ToDictionary(
                field => field.Key,
                field => TextsOf(field.Last()),
                StringComparer.Ordinal);

    private static string[] TextsOf(JsonElement list) =>
        [.. list.EnumerateArray().Where(text => text.ValueKind == JsonValueKind.String).Select(text => text.GetString()!)];
}
