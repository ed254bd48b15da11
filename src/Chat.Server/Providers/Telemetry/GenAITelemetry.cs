using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Chat.Server.Providers.Telemetry;

/// <summary>
/// Traces and metrics of calls to models, by OpenTelemetry's semantic conventions for generative AI (1.43, in development): a
/// span for each attempt with all its retries. Without a listener a call costs a few branches.
/// </summary>
public sealed class GenAITelemetry : IDisposable
{
    private readonly ActivitySource _source = new(ProviderMetrics.MeterName);
    private readonly TelemetryOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes the instruments.</summary>
    public GenAITelemetry(IMeterFactory factory, IOptions<TelemetryOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        var meter = factory.Create(ProviderMetrics.MeterName);
        Duration = meter.CreateHistogram(
            "gen_ai.client.operation.duration", "s", "GenAI operation duration.", advice: Buckets(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92));
        FirstChunk = meter.CreateHistogram(
            "gen_ai.client.operation.time_to_first_chunk", "s", "Time to receive the first chunk of a streamed response.", advice: Buckets(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92));
        Tokens = meter.CreateHistogram(
            "gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.", advice: Buckets<long>(1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864));
    }

    internal Histogram<double> Duration { get; }

    internal Histogram<double> FirstChunk { get; }

    internal Histogram<long> Tokens { get; }

    /// <summary>Whether anybody listens: to spans, or to any of the instruments.</summary>
    internal bool IsHeard => _source.HasListeners() || Duration.Enabled || FirstChunk.Enabled || Tokens.Enabled;

    internal bool CapturesContent => _options.CaptureMessageContent;

    /// <summary>Follows one call from here on.</summary>
    internal GenAICall Begin(ModelAttempt attempt, Uri server, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", "chat" },
            { "gen_ai.provider.name", attempt.Provider.ToLowerInvariant() },
            { "gen_ai.request.model", attempt.Model },
            { "server.address", server.Host },
            { "server.port", server.Port },
        };
        var span = _source.StartActivity($"chat {attempt.Model}", ActivityKind.Client, default(ActivityContext), tags);
        span?.SetTag("gen_ai.request.max_tokens", options?.MaxOutputTokens);
        if (span is { IsAllDataRequested: true } && CapturesContent)
            span.SetTag("gen_ai.input.messages", MessageContent.Of(messages));
        return new GenAICall(this, span, tags, _time);
    }

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();

    private static InstrumentAdvice<T> Buckets<T>(params T[] boundaries)
        where T : struct => new() { HistogramBucketBoundaries = boundaries };
}
