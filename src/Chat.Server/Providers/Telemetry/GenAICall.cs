using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.AI;
using Polly.CircuitBreaker;

namespace Chat.Server.Providers.Telemetry;

/// <summary>One call to a model while it is followed; disposing ends it. One that a circuit did not let out leaves no trace.</summary>
internal sealed class GenAICall(GenAITelemetry telemetry, Activity? span, TagList tags, TimeProvider time) : IDisposable
{
    private const string ErrorType = "error.type";

    private readonly long _started = time.GetTimestamp();
    private readonly StringBuilder? _text = telemetry.CapturesContent && span is { IsAllDataRequested: true } ? new StringBuilder() : null;
    private string? _error = "cancelled";
    private bool _dropped;
    private TimeSpan? _firstChunk;
    private UsageDetails? _usage;
    private string? _model;
    private ChatFinishReason? _finish;

    /// <summary>A piece of a streamed answer.</summary>
    public void Saw(ChatResponseUpdate update)
    {
        _firstChunk ??= time.GetElapsedTime(_started);
        _model = update.ModelId ?? _model;
        _finish = update.FinishReason ?? _finish;
        foreach (var content in update.Contents)
            _usage = (content as UsageContent)?.Details ?? _usage;
        _text?.Append(update.Text);
    }

    /// <summary>A whole answer.</summary>
    public void Saw(ChatResponse response)
    {
        (_model, _finish, _usage) = (response.ModelId, response.FinishReason, response.Usage);
        _text?.Append(response.Text);
        Answered();
    }

    /// <summary>It ended as it should.</summary>
    public void Answered() => _error = null;

    /// <summary>It ended otherwise.</summary>
    public void Failed(Exception fault)
    {
        _dropped = fault is BrokenCircuitException;
        _error = fault switch
        {
            ProviderException known => known.Reason,
            OperationCanceledException => "cancelled",
            _ => "_OTHER",
        };
    }

    public void Dispose()
    {
        if (_dropped)
            span?.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        else
            Record();
        span?.Dispose();
    }

    private void Record()
    {
        if (_model is not null)
            tags.Add("gen_ai.response.model", _model);
        if (_usage is { InputTokenCount: { } input, OutputTokenCount: { } output })
        {
            telemetry.Tokens.Record(input, [.. tags, new("gen_ai.token.type", "input")]);
            telemetry.Tokens.Record(output, [.. tags, new("gen_ai.token.type", "output")]);
        }

        if (_firstChunk is { } first)
            telemetry.FirstChunk.Record(first.TotalSeconds, tags);
        if (_error is not null)
            tags.Add(ErrorType, _error);
        telemetry.Duration.Record(time.GetElapsedTime(_started).TotalSeconds, tags);
        if (span is { IsAllDataRequested: true })
            Describe(span);
    }

    private void Describe(Activity open)
    {
        open.SetTag("gen_ai.response.model", _model);
        open.SetTag("gen_ai.response.finish_reasons", _finish is { } finish ? new[] { finish.Value } : null);
        open.SetTag("gen_ai.usage.input_tokens", _usage?.InputTokenCount);
        open.SetTag("gen_ai.usage.output_tokens", _usage?.OutputTokenCount);
        open.SetTag("gen_ai.response.time_to_first_chunk", _firstChunk?.TotalSeconds);
        open.SetTag(ErrorType, _error);
        if (_error is not null)
            open.SetStatus(ActivityStatusCode.Error);
        if (_text is { Length: > 0 })
            open.SetTag("gen_ai.output.messages", MessageContent.Of([new ChatMessage(ChatRole.Assistant, _text.ToString())]));
    }
}
