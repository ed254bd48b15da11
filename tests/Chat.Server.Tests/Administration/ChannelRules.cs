using System.Text.Json.Nodes;

namespace Chat.Server.Tests.Administration;

/// <summary>The rules of a channel's settings as data, the same for making and for editing.</summary>
public static class ChannelRules
{
    /// <summary>Member, value that breaks a rule (as JSON), and the field that the answer must name.</summary>
    public static TheoryData<string, string, string> Broken { get; } = new()
    {
        { "name", "\"\"", "name" },
        { "name", "\"  \"", "name" },
        { "name", Text(201), "name" },
        { "name", "\"a\\u0000b\"", "name" },
        { "name", "7", "name" },
        { "active", "\"yes\"", "active" },
        { "model", "\"gpt-0\"", "model" },
        { "model", "\"\"", "model" },
        { "guide_fallback", "1", "guide_fallback" },
        { "profile", "\"quick\"", "profile" },
        { "profile", "\"Fast\"", "profile" },
        { "profile", "0", "profile" },
        { "profile", "\"fast, deep\"", "profile" },
        { "allow_profile_override", "\"yes\"", "allow_profile_override" },
        { "system_prompt", Text(20_001), "system_prompt" },
        { "knowledge", Text(400_001), "knowledge" },
        { "website_url", "\"ftp://www.example.com\"", "website_url" },
        { "website_url", "\"www.example.com\"", "website_url" },
        { "website_url", "\"javascript:alert(1)\"", "website_url" },
        { "website_url", Text(2_049, "https://www.example.com/"), "website_url" },
        { "requests_per_minute", "0", "requests_per_minute" },
        { "requests_per_minute", "100001", "requests_per_minute" },
        { "requests_per_minute", "1.5", "requests_per_minute" },
        { "requests_per_minute", "\"60\"", "requests_per_minute" },
        { "requests_per_day", "0", "requests_per_day" },
        { "requests_per_day", "100000001", "requests_per_day" },
        { "requests_per_minute_per_session", "0", "requests_per_minute_per_session" },
        { "requests_per_minute_per_session", "100001", "requests_per_minute_per_session" },
        { "max_output_tokens", "63", "max_output_tokens" },
        { "max_output_tokens", "131073", "max_output_tokens" },
        { "allowed_origins", Many(101, "\"https://www.example.com\""), "allowed_origins" },
        { "allowed_origins", "[\"https://www.example.com/\"]", "allowed_origins[0]" },
        { "allowed_origins", "[\"https://WWW.example.com\"]", "allowed_origins[0]" },
        { "allowed_origins", "[\"https://www.example.com:443\"]", "allowed_origins[0]" },
        { "allowed_origins", "[\"https://me@www.example.com\"]", "allowed_origins[0]" },
        { "allowed_origins", "[\"https://münchen.example\"]", "allowed_origins[0]" },
        { "allowed_origins", "[\"*\"]", "allowed_origins[0]" },
        { "allowed_origins", "[\"null\"]", "allowed_origins[0]" },
        { "allowed_origins", "[null]", "allowed_origins[0]" },
        { "allowed_origins", "\"https://www.example.com\"", "allowed_origins" },
        { "expires_at", "\"tomorrow\"", "expires_at" },
        { "expires_at", "0", "expires_at" },
        { "greeting", Text(1_001), "greeting" },
        { "suggested_questions", Many(11, "\"Why?\""), "suggested_questions" },
        { "suggested_questions", "[\"Why?\", \"\"]", "suggested_questions[1]" },
        { "suggested_questions", "[null]", "suggested_questions[0]" },
        { "suggested_questions", $"[{Text(201)}]", "suggested_questions[0]" },
        { "contact", Text(1_001), "contact" },
        { "alert_credits_percent", "0", "alert_credits_percent" },
        { "alert_credits_percent", "101", "alert_credits_percent" },
        { "alert_daily_percent", "0", "alert_daily_percent" },
        { "alert_daily_percent", "101", "alert_daily_percent" },
        { "alert_webhook_url", "\"http://www.example.com/hook\"", "alert_webhook_url" },
        { "alert_webhook_url", Text(2_049, "https://www.example.com/"), "alert_webhook_url" },
        { "colour", "\"red\"", "colour" },
        { "id", "\"01900000-0000-7000-8000-000000000001\"", "id" },
        { "key", "\"chat_0123456789012345678901234567890123456789012\"", "key" },
        { "credits_allocated", "5", "credits_allocated" },
    };

    /// <summary>Member, and the largest or smallest value that is still good (as JSON).</summary>
    public static TheoryData<string, string> AtTheirLimits { get; } = new()
    {
        { "name", Text(200) },
        // An emoji is one character, though two UTF-16 units.
        { "name", $"\"{string.Concat(Enumerable.Repeat("😀", 200))}\"" },
        { "system_prompt", Text(20_000) },
        { "knowledge", Text(400_000) },
        { "website_url", Text(2_048, "https://www.example.com/") },
        { "requests_per_minute", "1" },
        { "requests_per_minute", "100000" },
        { "requests_per_day", "100000000" },
        { "requests_per_minute_per_session", "1" },
        { "profile", "\"fast\"" },
        { "max_output_tokens", "64" },
        { "max_output_tokens", "131072" },
        { "allowed_origins", Many(100, "\"https://www.example.com\"") },
        { "allowed_origins", "[\"http://localhost:5000\", \"https://xn--mnchen-3ya.example\"]" },
        { "greeting", Text(1_000) },
        { "suggested_questions", Many(10, "\"Why?\"") },
        { "suggested_questions", $"[{Text(200)}]" },
        { "contact", Text(1_000) },
        { "alert_credits_percent", "1" },
        { "alert_daily_percent", "100" },
        { "alert_webhook_url", Text(2_048, "https://www.example.com/") },
    };

    /// <summary>Good settings but for one member.</summary>
    public static JsonObject With(string member, string value)
    {
        var settings = new JsonObject { ["name"] = "Rules" };
        settings[member] = JsonNode.Parse(value);
        return settings;
    }

    /// <summary>Every setting, each with a value that is not its default.</summary>
    public static JsonObject EverySetting() => new()
    {
        ["name"] = "Ünï 😀 <b>",
        ["active"] = false,
        ["model"] = "gemma2-9b-it",
        ["profile"] = "deep",
        ["allow_profile_override"] = true,
        ["guide_fallback"] = true,
        ["system_prompt"] = "Be kind.\nBe \"brief\".",
        ["knowledge"] = "# Hours\n\nNine to five.",
        ["website_url"] = "https://www.example.com/shop?x=1",
        ["requests_per_minute"] = 7,
        ["requests_per_day"] = 70,
        ["requests_per_minute_per_session"] = 3,
        ["max_output_tokens"] = 300,
        ["allowed_origins"] = new JsonArray("https://www.example.com", "http://localhost:8080"),
        ["expires_at"] = "2030-01-02T03:04:05+00:00",
        ["greeting"] = "Hello!",
        ["suggested_questions"] = new JsonArray("Why?", "How?"),
        ["contact"] = "hello@example.com",
        ["alert_credits_percent"] = 80,
        ["alert_daily_percent"] = 90,
        ["alert_webhook_url"] = "https://www.example.com/hook",
    };

    /// <summary>A channel that answers from its own knowledge, without any provider.</summary>
    public static JsonObject Guide(string knowledge = "# Opening hours\n\nWe are open from nine to five.") =>
        new() { ["model"] = "guide", ["knowledge"] = knowledge };

    private static string Text(int length, string prefix = "") => $"\"{prefix}{new string('a', length - prefix.Length)}\"";

    private static string Many(int count, string item) => $"[{string.Join(',', Enumerable.Repeat(item, count))}]";
}
