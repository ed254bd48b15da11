using System.Text.Json.Serialization;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Chat.Server.Quotas.Alerts;

namespace Chat.Server.Administration.Exporting;

/// <summary>What a threshold is of.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExportedAlertKind>))]
public enum ExportedAlertKind
{
    /// <summary>The credits that were granted.</summary>
    [JsonStringEnumMemberName("credits")]
    Credits,

    /// <summary>The messages of a UTC day.</summary>
    [JsonStringEnumMemberName("daily")]
    Daily,
}

/// <summary>A threshold that was crossed.</summary>
public sealed record ExportedAlert : ExportLine
{
    /// <summary>The alert's id, as its webhook calls have it.</summary>
    public required Guid Id { get; init; }

    /// <summary>`credits` or `daily`.</summary>
    public required ExportedAlertKind Kind { get; init; }

    /// <summary>The threshold in percent.</summary>
    public required int Threshold { get; init; }

    /// <summary>What had been used: credits, or messages of the day.</summary>
    public required decimal Used { get; init; }

    /// <summary>Of how many credits or messages.</summary>
    public required decimal Available { get; init; }

    /// <summary>When the threshold was crossed, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When the webhook took the alert, in UTC; absent where it has not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? DeliveredAt { get; init; }

    internal static ExportedAlert From(AlertRecord alert)
    {
        var ofCredits = alert.Kind == AlertKind.Credits;
        return new ExportedAlert
        {
            Id = alert.PublicId,
            Kind = ofCredits ? ExportedAlertKind.Credits : ExportedAlertKind.Daily,
            Threshold = alert.Threshold,
            Used = ofCredits ? Credits.FromMicro(alert.Used) : alert.Used,
            Available = ofCredits ? Credits.FromMicro(alert.Available) : alert.Available,
            CreatedAt = alert.CreatedAt.ToWire(),
            DeliveredAt = alert.DeliveredAt?.ToWire(),
        };
    }
}
