using System.Diagnostics.Metrics;

namespace Chat.Server.Quotas;

/// <summary>
/// The service's figures as metrics, under the meter <see cref="MeterName"/>. Tags are <c>model</c>, <c>reason</c> (a code of
/// the error table) and <c>direction</c>, which all have few values; channels are told apart by the usage report, not here.
/// </summary>
public sealed class ChatMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Chat";

    private readonly Counter<long> _answered;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _credits;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;

    /// <summary>Makes the instruments.</summary>
    public ChatMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _answered = meter.CreateCounter<long>("chat.requests.answered", "{request}", "Replies stored and charged, by model.");
        _failed = meter.CreateCounter<long>("chat.requests.failed", "{request}", "Admitted requests that no reply came of, by model and reason.");
        _refused = meter.CreateCounter<long>("chat.requests.refused", "{request}", "Requests that were not admitted, by reason.");
        _tokens = meter.CreateCounter<long>("chat.tokens", "{token}", "Tokens of charged replies, by model and direction (prompt, completion).");
        _credits = meter.CreateCounter<long>("chat.credits", "{microcredit}", "Micro-credits charged, by model.");
        _duration = meter.CreateHistogram<double>("chat.turn.duration", "s", "From the asking to the whole reply, by model.");
        _firstToken = meter.CreateHistogram<double>("chat.turn.first_token", "s", "From the asking to the first piece of a streamed reply, by model.");
    }

    internal void Refused(string reason) => _refused.Add(1, Tag("reason", reason));

    internal void Failed(string model, string reason) => _failed.Add(1, Tag("model", model), Tag("reason", reason));

    internal void Answered(string model, Charge charge, TimeSpan duration, TimeSpan? firstToken)
    {
        var tag = Tag("model", model);
        _answered.Add(1, tag);
        _tokens.Add(charge.PromptTokens, tag, Tag("direction", "prompt"));
        _tokens.Add(charge.CompletionTokens, tag, Tag("direction", "completion"));
        _credits.Add(charge.MicroCredits, tag);
        _duration.Record(duration.TotalSeconds, tag);
        if (firstToken is { } first)
            _firstToken.Record(first.TotalSeconds, tag);
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
