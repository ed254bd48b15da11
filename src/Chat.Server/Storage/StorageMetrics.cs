using System.Diagnostics.Metrics;

namespace Chat.Server.Storage;

/// <summary>
/// How the store fares, under the meter <see cref="MeterName"/>, which is this folder's own: Storage knows nothing of what is
/// above it. Tags are <c>kind</c> (conflict, duplicate, timeout, connection, overloaded, unavailable) and <c>resolution</c>
/// (kept, not_kept, repeated, unresolved).
/// </summary>
public sealed class StorageMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Chat.Storage";

    private readonly Counter<long> _retries;
    private readonly Counter<long> _exhausted;
    private readonly Counter<long> _unknownOutcomes;

    /// <summary>Makes the instruments.</summary>
    public StorageMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _retries = meter.CreateCounter<long>("chat.storage.retries", "{retry}", "Work on the store that was run again after a transient fault, by kind.");
        _exhausted = meter.CreateCounter<long>("chat.storage.exhausted", "{call}", "Work on the store that was given up after its last try, by kind.");
        _unknownOutcomes = meter.CreateCounter<long>(
            "chat.storage.unknown_outcomes", "{commit}", "Commits whose reply was lost, by how it was found out what had become of them.");
    }

    internal void Retried(FaultKind kind) => _retries.Add(1, Kind(kind));

    internal void Exhausted(FaultKind kind) => _exhausted.Add(1, Kind(kind));

    internal void Resolved(string resolution) => _unknownOutcomes.Add(1, new KeyValuePair<string, object?>("resolution", resolution));

    private static KeyValuePair<string, object?> Kind(FaultKind kind) => new("kind", kind.Name());
}
