using System.Threading.RateLimiting;

namespace Chat.Server.Quotas;

/// <summary>What our limiters answer: go on, or come back after a time that they know.</summary>
internal sealed class WaitLease : RateLimitLease
{
    private readonly TimeSpan? _retryAfter;

    private WaitLease(TimeSpan? retryAfter) => _retryAfter = retryAfter;

    /// <summary>Go on.</summary>
    public static WaitLease Granted { get; } = new(null);

    /// <inheritdoc />
    public override bool IsAcquired => _retryAfter is null;

    /// <inheritdoc />
    public override IEnumerable<string> MetadataNames => _retryAfter is null ? [] : [MetadataName.RetryAfter.Name];

    /// <summary>Come back after <paramref name="retryAfter"/>.</summary>
    public static WaitLease Refused(TimeSpan retryAfter) => new(retryAfter);

    /// <inheritdoc />
    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? _retryAfter : null;
        return metadata is not null;
    }
}
