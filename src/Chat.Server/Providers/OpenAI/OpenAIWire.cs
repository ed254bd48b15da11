using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.OpenAI;

internal sealed record CompletionRequest
{
    public required string Model { get; init; }

    public required IReadOnlyList<WireMessage> Messages { get; init; }

    public int? MaxTokens { get; init; }

    public bool? Stream { get; init; }

    public StreamOptions? StreamOptions { get; init; }
}

// Without it most upstreams leave the usage out of a stream.
internal sealed record StreamOptions(bool IncludeUsage = true);

internal sealed record WireMessage(string? Role, [property: JsonConverter(typeof(LossyText))] string? Content)
{
    public static WireMessage From(ChatMessage message) =>
        new(message.Role.Value, string.Join("\n\n", message.Contents.OfType<TextContent>().Select(part => part.Text)));
}

internal sealed record CompletionResponse
{
    // Longer names are no names, and would only fill logs and traces.
    private const int ModelLength = 100;

    public string? Model { get; init; }

    public IReadOnlyList<CompletionChoice?>? Choices { get; init; }

    public WireUsage? Usage { get; init; }

    public JsonElement Error { get; init; }

    /// <summary>The model that says it has answered, else the one that was asked.</summary>
    public string ModelOr(string asked) => Model is { Length: > 0 and <= ModelLength } ? Model : asked;
}

internal sealed record CompletionChoice
{
    public WireMessage? Message { get; init; }

    public WireMessage? Delta { get; init; }

    public string? FinishReason { get; init; }

    [JsonIgnore]
    public ChatFinishReason? Finish => string.IsNullOrEmpty(FinishReason) ? null : new ChatFinishReason(FinishReason);
}

/// <summary>What an upstream says it used; elements, so that a value of any type is read and none breaks the answer it came with.</summary>
internal sealed record WireUsage(JsonElement PromptTokens, JsonElement CompletionTokens);

internal static class WireUsageExtensions
{
    /// <summary>The usage where both counts are whole and not negative, else null: the caller then estimates.</summary>
    public static UsageDetails? ToDetails(this WireUsage? usage) =>
        usage is not null && Count(usage.PromptTokens) is { } prompt && Count(usage.CompletionTokens) is { } completion
            ? new UsageDetails { InputTokenCount = prompt, OutputTokenCount = completion, TotalTokenCount = prompt + completion }
            : null;

    private static long? Count(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count is >= 0 and <= int.MaxValue ? count : null;
}

// The encoder is the default one: what is sent upstream stays plain ASCII, which every server reads alike.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(CompletionResponse))]
internal sealed partial class OpenAIJson : JsonSerializerContext;
