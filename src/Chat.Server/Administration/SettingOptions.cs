using System.CommandLine;
using System.Text.Json.Nodes;

namespace Chat.Server.Administration;

/// <summary>A channel's settings as options of a command; long texts are read from files.</summary>
internal sealed class SettingOptions
{
    private readonly Option<string?> _model = new("--model") { Description = "The catalogue's id of the model." };
    private readonly Option<string?> _profile = new("--profile") { Description = "Which of the model's attempts come first: fast, balanced or deep." };
    private readonly Option<bool?> _profileOverride = new("--allow-profile-override") { Description = "Whether a message may choose another profile." };
    private readonly Option<string?> _website = new("--website-url") { Description = "The website that the channel is for." };
    private readonly Option<string?> _prompt = new("--system-prompt") { Description = "How the bot is to behave." };
    private readonly Option<FileInfo> _knowledge = new Option<FileInfo>("--knowledge-file") { Description = "A Markdown file with what the bot knows." }.AcceptExistingOnly();
    private readonly Option<bool?> _guide = new("--guide-fallback") { Description = "Whether the built-in guide answers when no provider does." };
    private readonly Option<int?> _minute = new("--requests-per-minute") { Description = "Messages per UTC minute." };
    private readonly Option<int?> _day = new("--requests-per-day") { Description = "Messages per UTC day." };
    private readonly Option<int?> _output = new("--max-output-tokens") { Description = "Tokens of a reply at most." };
    private readonly Option<DateTimeOffset?> _expires = new("--expires-at") { Description = "When the channel stops answering." };
    private readonly Option<string?> _contact = new("--contact") { Description = "Whom a visitor can reach when the bot does not know." };
    private readonly Option<string[]> _origins = new("--allowed-origin") { Description = "An origin that may embed the hosted widget; may be repeated." };

    private readonly Option<int?> _alertCredits = new("--alert-credits-percent") { Description = "Alert when so many percent of the credits are consumed." };
    private readonly Option<int?> _alertDaily = new("--alert-daily-percent") { Description = "Alert when a day has had so many percent of its messages." };
    private readonly Option<string?> _webhook = new("--alert-webhook-url") { Description = "Where alerts are posted." };

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _model, _profile, _profileOverride, _website, _prompt, _knowledge, _guide, _minute, _day, _output, _expires, _contact, _origins, _alertCredits, _alertDaily, _webhook,
        ];
        foreach (var option in options)
            command.Options.Add(option);
    }

    /// <summary>The settings that were given, as the administration surface takes them.</summary>
    public JsonObject Read(ParseResult parsed)
    {
        var settings = new JsonObject();
        Set("model", parsed.GetValue(_model));
        Set("profile", parsed.GetValue(_profile));
        Set("allow_profile_override", parsed.GetValue(_profileOverride));
        Set("website_url", parsed.GetValue(_website));
        Set("system_prompt", parsed.GetValue(_prompt));
        Set("contact", parsed.GetValue(_contact));
        Set("guide_fallback", parsed.GetValue(_guide));
        Set("requests_per_minute", parsed.GetValue(_minute));
        Set("requests_per_day", parsed.GetValue(_day));
        Set("max_output_tokens", parsed.GetValue(_output));
        Set("expires_at", parsed.GetValue(_expires));
        Set("alert_credits_percent", parsed.GetValue(_alertCredits));
        Set("alert_daily_percent", parsed.GetValue(_alertDaily));
        Set("alert_webhook_url", parsed.GetValue(_webhook));
        if (parsed.GetValue(_knowledge) is { } file)
            settings["knowledge"] = File.ReadAllText(file.FullName);
        if (parsed.GetValue(_origins) is { Length: > 0 } origins)
            settings["allowed_origins"] = new JsonArray([.. origins.Select(origin => (JsonNode)origin)]);
        return settings;

        void Set(string name, JsonNode? value)
        {
            if (value is not null)
                settings[name] = value;
        }
    }
}
