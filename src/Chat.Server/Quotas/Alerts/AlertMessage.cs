using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Server.Quotas.Alerts;

/// <summary>What a channel's webhook receives.</summary>
internal sealed record AlertMessage
{
    /// <summary>The alert's id: the same at every attempt, so that a receiver can tell a repetition.</summary>
    public required Guid Id { get; init; }

    /// <summary><c>credits_threshold</c> or <c>daily_threshold</c>.</summary>
    public required string Type { get; init; }

    public required Guid ChannelId { get; init; }

    public required int ThresholdPercent { get; init; }

    /// <summary>Credits, or messages of the day.</summary>
    public required decimal Used { get; init; }

    public required decimal Available { get; init; }

    public required DateTime CreatedAt { get; init; }

    public static AlertMessage Of(DueAlert alert) => new()
    {
        Id = alert.PublicId,
        Type = alert.Kind == AlertKind.Credits ? "credits_threshold" : "daily_threshold",
        ChannelId = alert.ChannelPublicId,
        ThresholdPercent = alert.Threshold,
        Used = Amount(alert.Kind, alert.Used),
        Available = Amount(alert.Kind, alert.Available),
        CreatedAt = alert.CreatedAt.UtcDateTime,
    };

    private static decimal Amount(AlertKind kind, long amount) => kind == AlertKind.Credits ? Credits.FromMicro(amount) : amount;
}

/// <summary>Signs a message as receivers of webhooks know it: the time is signed too, so that an old one cannot be sent again.</summary>
internal static class WebhookSignature
{
    public const string Header = "X-Chat-Signature";

    /// <summary><c>t=&lt;unix seconds&gt;,v1=&lt;HMAC-SHA256 of "t.body" in lower-case hex&gt;</c>.</summary>
    public static string Of(string secret, DateTimeOffset now, string body)
    {
        var seconds = now.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{seconds}.{body}"));
        return $"t={seconds},v1={Convert.ToHexStringLower(mac)}";
    }
}

/// <summary>The JSON of a webhook.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AlertMessage))]
internal sealed partial class AlertJson : JsonSerializerContext
{
    public static string Text(AlertMessage message) => JsonSerializer.Serialize(message, Default.AlertMessage);
}
