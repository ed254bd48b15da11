using System.Net.Http.Headers;

namespace Chat.Client;

/// <summary>One call, as bytes: a second attempt must be the first again, or its idempotency key would be refused.</summary>
internal sealed record ChatCall(HttpMethod Method, string PathAndQuery)
{
    public const string KeyHeader = "X-API-Key";
    public const string EventStreamType = "text/event-stream";

    private const string JsonType = "application/json";

    public byte[]? Body { get; init; }

    public string? IdempotencyKey { get; init; }

    public string Accept { get; init; } = JsonType;

    public HttpRequestMessage ToRequest(Uri root, string apiKey)
    {
        var request = new HttpRequestMessage(Method, new Uri(root, PathAndQuery));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Accept));
        request.Headers.TryAddWithoutValidation(KeyHeader, apiKey);
        if (IdempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", IdempotencyKey);
        if (Body is not null)
            request.Content = new ByteArrayContent(Body) { Headers = { ContentType = new MediaTypeHeaderValue(JsonType) } };
        return request;
    }
}
