namespace Chat.Server.Providers.Telemetry;

/// <summary>What traces hold: section <c>Telemetry</c>. Where they go is OpenTelemetry's own configuration.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Whether traces hold what visitors say and what models answer. Default false: then no word of it leaves.</summary>
    public bool CaptureMessageContent { get; set; }
}
