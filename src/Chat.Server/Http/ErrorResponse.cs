using System.Text.Json.Serialization;

namespace Chat.Server.Http;

/// <summary>An error of the widget surface: flat, with the sentence that clients match on.</summary>
public sealed record ErrorResponse
{
    /// <summary>The sentence of the failure; fixed.</summary>
    public required string Error { get; init; }

    /// <summary>The name of the failure for programs; stable.</summary>
    public required string Code { get; init; }

    /// <summary>For failed validation: each field with its messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Details { get; init; }
}

/// <summary>An error of the administration surface: problem details (RFC 9457) with our code and the request's id.</summary>
public sealed record ProblemResponse
{
    /// <summary>What the problem is of its kind; <c>about:blank</c>, so the title says it (RFC 9457, section 4.2.1).</summary>
    public required string Type { get; init; }

    /// <summary>The sentence of the failure.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The name of the failure for programs; stable.</summary>
    public required string Code { get; init; }

    /// <summary>The request's id, as in <c>X-Request-ID</c>.</summary>
    public required string RequestId { get; init; }

    /// <summary>For failed validation: each field with its messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}
