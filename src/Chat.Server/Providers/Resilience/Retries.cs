using Polly;
using Polly.Retry;

namespace Chat.Server.Providers.Resilience;

/// <summary>Asks a provider again, a few times and soon, before the next one is asked: most cut connections are met once.</summary>
internal static class Retries
{
    /// <summary>A <c>Retry-After</c> is waited for up to this; a longer one is a reason to ask somebody else.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>The circuits behind retries; every try goes through the circuits and is counted by them.</summary>
    public static ResiliencePipeline Around(ResiliencePipeline circuits, int retries, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = retries,
                Delay = FirstDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                MaxDelay = LongestWait,
                ShouldHandle = call => ValueTask.FromResult(call.Outcome.Exception is ProviderException fault && IsWorthwhile(fault)),
                // Null: the delay above, with its jitter.
                DelayGenerator = call => ValueTask.FromResult((call.Outcome.Exception as ProviderException)?.RetryAfter),
            });
        }

        return builder.AddPipeline(circuits).Build();
    }

    internal static bool IsWorthwhile(ProviderException fault) => fault.Transient && (fault.RetryAfter is not { } wait || wait <= LongestWait);
}
