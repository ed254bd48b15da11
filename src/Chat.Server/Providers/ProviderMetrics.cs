using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Polly.CircuitBreaker;

namespace Chat.Server.Providers;

/// <summary>How providers do, as metrics under the meter <see cref="MeterName"/>. Tags are names of configuration, and so few.</summary>
public sealed class ProviderMetrics
{
    /// <summary>The meter's name, and that of the source of traces.</summary>
    public const string MeterName = "Chat.Providers";

    private readonly ConcurrentDictionary<string, IReadOnlyList<CircuitBreakerStateProvider>> _circuits = [];
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _opened;

    /// <summary>Makes the instruments.</summary>
    public ProviderMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _attempts = meter.CreateCounter<long>("chat.provider.attempts", "{attempt}", "Attempts of the fail-over, by attempt and outcome (answered, failed, skipped).");
        _opened = meter.CreateCounter<long>("chat.provider.circuit.opened", "{event}", "How often a circuit has opened.");
        meter.CreateObservableGauge("chat.provider.circuit.open", Observe, "{circuit}", "1 while a circuit lets no call out, else 0.");
    }

    /// <summary>Observes a circuit from now on.</summary>
    internal void Watch(string circuit, IReadOnlyList<CircuitBreakerStateProvider> states) => _circuits[circuit] = states;

    internal void Opened(string circuit) => _opened.Add(1, new KeyValuePair<string, object?>("circuit", circuit));

    internal void Attempted(ModelAttempt attempt, string outcome) =>
        _attempts.Add(1, new KeyValuePair<string, object?>("attempt", attempt.ToString()), new KeyValuePair<string, object?>("outcome", outcome));

    private IEnumerable<Measurement<int>> Observe() => _circuits.Select(circuit => new Measurement<int>(
        circuit.Value.Any(state => state.CircuitState == CircuitState.Open) ? 1 : 0,
        new KeyValuePair<string, object?>("circuit", circuit.Key)));
}
