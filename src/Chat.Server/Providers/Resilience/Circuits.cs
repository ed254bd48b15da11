using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;

namespace Chat.Server.Providers.Resilience;

/// <summary>
/// The circuits of every provider, and of every model at a provider, shared by all requests of the process. An open circuit lets
/// no call out until its break is over; then one call is the probe, and its outcome closes the circuit or opens it for twice as long.
/// </summary>
public sealed partial class Circuits(ProviderMetrics metrics, TimeProvider time, ILogger<Circuits> logger)
{
    /// <summary>How long the first break lasts; each failed probe doubles it.</summary>
    internal static readonly TimeSpan FirstBreak = TimeSpan.FromSeconds(5);

    /// <summary>No break lasts longer.</summary>
    internal static readonly TimeSpan LongestBreak = TimeSpan.FromMinutes(1);

    // A provider that fails three calls in ten is still worth asking; one that is down fails them all.
    private const double FailureRatio = 0.7;
    private const int LeastCalls = 5;

    // Two windows, as one cannot serve both: with much traffic a provider that dies is noticed within 5 seconds only if the window
    // is as short as that, and with a message now and then such a window never sees failures together.
    private static readonly TimeSpan[] Windows = [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2)];

    // Not the library's registry: what that makes can be replaced while it is in use, which costs every call two steps.
    private readonly ConcurrentDictionary<string, Lazy<ResiliencePipeline>> _circuits = [];

    /// <summary>The clock of circuits, retries and deadlines alike.</summary>
    internal TimeProvider Time => time;

    /// <summary>The circuits that a call of this attempt goes through: the provider's, then the model's there.</summary>
    internal ResiliencePipeline For(ModelAttempt attempt)
    {
        var provider = attempt.Provider.ToLowerInvariant();
        var outer = Named(provider, FaultScope.Provider, null);
        return Named($"{provider}/{attempt.Model}", FaultScope.Model, outer);
    }

    private ResiliencePipeline Named(string name, FaultScope scope, ResiliencePipeline? outer) =>
        _circuits.GetOrAdd(name, _ => new Lazy<ResiliencePipeline>(() => Build(name, scope, outer))).Value;

    private ResiliencePipeline Build(string name, FaultScope scope, ResiliencePipeline? outer)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = new SteadyTime(time) };
        if (outer is not null)
            builder.AddPipeline(outer);
        var states = new List<CircuitBreakerStateProvider>();
        foreach (var window in Windows)
            builder.AddCircuitBreaker(Options(window, name, scope, states));
        metrics.Watch(name, states);
        return builder.Build();
    }

    private CircuitBreakerStrategyOptions Options(TimeSpan window, string name, FaultScope scope, List<CircuitBreakerStateProvider> states)
    {
        var state = new CircuitBreakerStateProvider();
        states.Add(state);
        return new CircuitBreakerStrategyOptions
        {
            SamplingDuration = window,
            MinimumThroughput = LeastCalls,
            FailureRatio = FailureRatio,
            StateProvider = state,
            ShouldHandle = call => ValueTask.FromResult(call.Outcome.Exception is ProviderException fault && fault.Scope == scope),
            BreakDurationGenerator = broken => ValueTask.FromResult(BreakAfter(broken.HalfOpenAttempts)),
            OnOpened = opened => Changed(() => Opened(name, opened.BreakDuration)),
            OnClosed = _ => Changed(() => Log.Closed(logger, name)),
        };

        // Both windows often open and close together: once is enough to say.
        ValueTask Changed(Action tell)
        {
            if (states.TrueForAll(other => other == state || other.CircuitState == CircuitState.Closed))
                tell();
            return default;
        }
    }

    private void Opened(string name, TimeSpan breakDuration)
    {
        Log.Opened(logger, name, breakDuration);
        metrics.Opened(name);
    }

    internal static TimeSpan BreakAfter(int failedProbes)
    {
        var doubled = FirstBreak * Math.Pow(2, Math.Min(failedProbes, 10));
        return doubled < LongestBreak ? doubled : LongestBreak;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Circuit} keeps failing: it is not asked for {Break}.")]
        public static partial void Opened(ILogger logger, string circuit, TimeSpan @break);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Circuit} answers again.")]
        public static partial void Closed(ILogger logger, string circuit);
    }
}
