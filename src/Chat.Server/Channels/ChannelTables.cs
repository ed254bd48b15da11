using Chat.Server.Storage.Copying;
using static Chat.Server.Storage.Copying.ColumnKind;

namespace Chat.Server.Channels;

/// <summary>The tables of this folder as a copy of the store takes them.</summary>
internal static class ChannelTables
{
    /// <summary>The key ring: without it no sealed key of the channels opens. One that sealed nothing may give way, so it has no birthmarks.</summary>
    public static readonly CopiedTable DataProtectionKeys = new()
    {
        Name = "data_protection_keys",
        Columns = [new("key_id", Number), new("friendly_name", Text), new("xml", Text), new("created_at", Time)],
    };

    /// <summary>Channels with their settings and sealed keys.</summary>
    public static readonly CopiedTable Channels = new()
    {
        Name = "channels",
        Birthmarks = ["public_id", "created_at"],
        Columns =
        [
            new("channel_id", Number), new("public_id", Id), new("name", Text), new("website_url", Text), new("model", Text),
            new("system_prompt", Text), new("knowledge", Text), new("guide_fallback", Number), new("active", Number), new("expires_at", Time),
            new("requests_per_minute", Number), new("requests_per_day", Number), new("requests_per_minute_per_session", Number),
            new("max_output_tokens", Number), new("allowed_origins", Text), new("greeting", Text), new("suggested_questions", Text),
            new("contact", Text), new("key_hash", Bytes), new("key_sealed", Bytes), new("created_at", Time), new("updated_at", Time),
            new("alert_credits_percent", Number), new("alert_daily_percent", Number), new("alert_webhook_url", Text),
            new("webhook_secret_sealed", Bytes), new("profile", Text), new("allow_profile_override", Number),
        ],
    };
}
