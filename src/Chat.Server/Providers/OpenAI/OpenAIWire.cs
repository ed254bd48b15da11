using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.OpenAI;

internal sealed record CompletionRequest
{
    public required string Model { get; init; }

    public required IReadOnlyList<SaidMessage> Messages { get; init; }

    public int? MaxTokens { get; init; }

    public bool? Stream { get; init; }

    public StreamOptions? StreamOptions { get; init; }
}

// Without it most upstreams leave the usage out of a stream.
internal sealed record StreamOptions(bool IncludeUsage = true);

internal sealed record SaidMessage(string Role, string Content)
{
    public static SaidMessage From(ChatMessage message) => new(message.Role.Value, TextOf(message.Contents));

    private static string TextOf(IList<AIContent> contents) =>
        contents is [TextContent only] ? only.Text : string.Join("\n\n", contents.OfType<TextContent>().Select(part => part.Text));
}

// What is read has properties that can be set: of those that cannot, the generated reader first gathers the values in arrays.
internal sealed class CompletionResponse
{
    // Longer names are no names, and would only fill logs and traces.
    private const int ModelLength = 100;

    public string? Model { get; set; }

    public IReadOnlyList<CompletionChoice?>? Choices { get; set; }

    public WireUsage? Usage { get; set; }

    public JsonElement Error { get; set; }

    /// <summary>The model that says it has answered, else the one that was asked.</summary>
    public string ModelOr(string asked) => Model is { Length: > 0 and <= ModelLength } ? Model : asked;
}

internal sealed class CompletionChoice
{
    public WireText? Message { get; set; }

    public WireText? Delta { get; set; }

    public string? FinishReason { get; set; }

    [JsonIgnore]
    public ChatFinishReason? Finish => string.IsNullOrEmpty(FinishReason) ? null : new ChatFinishReason(FinishReason);
}

internal sealed class WireText
{
    [JsonConverter(typeof(LossyText))]
    public string? Content { get; set; }
}

/// <summary>What an upstream says it used.</summary>
internal sealed class WireUsage
{
    [JsonConverter(typeof(LenientCount))]
    public long? PromptTokens { get; set; }

    [JsonConverter(typeof(LenientCount))]
    public long? CompletionTokens { get; set; }
}

internal static class WireUsageExtensions
{
    /// <summary>The usage where both counts are whole and not negative, else null: the caller then estimates.</summary>
    public static UsageDetails? ToDetails(this WireUsage? usage) => usage is { PromptTokens: { } prompt, CompletionTokens: { } completion }
        ? new UsageDetails { InputTokenCount = prompt, OutputTokenCount = completion, TotalTokenCount = prompt + completion }
        : null;
}

/// <summary>A whole number that is not negative; null for a value of any other kind, so that none breaks the answer it came with.</summary>
internal sealed class LenientCount : JsonConverter<long?>
{
    /// <inheritdoc />
    public override bool HandleNull => true;

    /// <inheritdoc />
    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count is >= 0 and <= int.MaxValue)
            return count;
        reader.Skip();
        return null;
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, long? value, JsonSerializerOptions options) => throw new NotSupportedException();
}

// The encoder is the default one: what is sent upstream stays plain ASCII, which every server reads alike.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(CompletionResponse))]
internal sealed partial class OpenAIJson : JsonSerializerContext;
