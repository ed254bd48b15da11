using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class CreateChannelTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Path = "/admin/v1/channels";

    private readonly ChatApp _app = shared.App;

    [Fact]
    public async Task A_new_channel_is_201_and_its_location_answers_with_it()
    {
        using var created = await _app.AdminAsync(HttpMethod.Post, Path, new JsonObject { ["name"] = "My site" });

        Assert.Equal(201, (int)created.StatusCode);
        var channel = await created.JsonAsync();
        Assert.Equal($"{Path}/{channel["id"]}", created.Headers.Location?.ToString());
        using var read = await _app.AdminAsync(HttpMethod.Get, created.Headers.Location!.ToString());
        channel.Remove("key");
        Assert.True(JsonNode.DeepEquals(channel, await read.JsonAsync()));
    }

    [Fact]
    public async Task A_name_alone_gives_the_documented_defaults_and_a_thousand_credits()
    {
        var channel = (await _app.CreateChannelAsync(new JsonObject { ["name"] = "My site" })).Json;

        channel.Remove("id");
        channel.Remove("key");
        AssertSame(Defaults("My site"), channel);
    }

    [Fact]
    public async Task Null_is_the_default_of_every_setting()
    {
        var settings = new JsonObject { ["name"] = "Nulls" };
        foreach (var (name, _) in Defaults("").Where(setting => setting.Key is not ("name" or "created_at" or "updated_at")))
        {
            if (!name.StartsWith("credits_", StringComparison.Ordinal))
                settings[name] = null;
        }

        settings["credits"] = null;
        var channel = (await _app.CreateChannelAsync(settings)).Json;

        channel.Remove("id");
        channel.Remove("key");
        AssertSame(Defaults("Nulls"), channel);
    }

    [Fact]
    public async Task Every_setting_that_is_given_is_kept_as_it_was_given()
    {
        var settings = ChannelRules.EverySetting();
        var channel = await _app.CreateChannelAsync(settings.DeepClone().AsObject());

        var kept = await _app.ReadChannelAsync(channel);
        Assert.All(settings, setting => AssertSame(setting.Value, kept[setting.Key]));
        AssertSame(kept["expires_at"], channel.Json["expires_at"]);
    }

    [Fact]
    public async Task An_expiry_is_kept_in_utc_to_the_millisecond_and_told_so_from_the_start()
    {
        var channel = await _app.CreateChannelAsync(new JsonObject { ["expires_at"] = "2030-01-02T03:04:05.1234567+05:00" });

        Assert.Equal("2030-01-01T22:04:05.123+00:00", (string)channel.Json["expires_at"]!);
        AssertSame(channel.Json["expires_at"], (await _app.ReadChannelAsync(channel))["expires_at"]);
    }

    [Fact]
    public async Task A_key_is_48_characters_of_its_own_and_works_at_once()
    {
        var first = await _app.CreateChannelAsync(ChannelRules.Guide());
        var second = await _app.CreateChannelAsync(ChannelRules.Guide());

        Assert.Matches("^chat_[A-Za-z0-9_-]{43}$", first.Key);
        Assert.NotEqual(first.Key, second.Key);
        Assert.NotEqual(first.Id, second.Id);
        await _app.AskAsync(first, "When are you open?");
    }

    [Theory]
    [InlineData("25", "25")]
    [InlineData("0", "0")]
    [InlineData("0.05", "0.05")]
    [InlineData("0.0000019", "0.000001")]
    [InlineData("1000000000", "1000000000")]
    public async Task Credits_of_its_own_take_the_place_of_the_default_to_a_millionth(string credits, string expected)
    {
        var allocated = decimal.Parse(expected);
        var channel = await _app.CreateChannelAsync(new JsonObject { ["credits"] = JsonNode.Parse(credits) });

        Assert.Equal(allocated, (decimal)channel.Json["credits_allocated"]!);
        Assert.Equal(allocated, (decimal)(await _app.ReadChannelAsync(channel))["credits_allocated"]!);
    }

    [Fact]
    public async Task Configuration_sets_the_credits_of_new_channels()
    {
        await using var app = new ChatApp().With("Credits:OnCreate", "7.5");

        Assert.Equal(7.5m, (decimal)(await app.CreateChannelAsync()).Json["credits_allocated"]!);
    }

    [Theory]
    [InlineData("-0.000001")]
    [InlineData("1000000000.000001")]
    [InlineData("\"25\"")]
    [InlineData("1e40")]
    public async Task Credits_out_of_range_are_refused(string credits)
    {
        using var response = await _app.AdminAsync(HttpMethod.Post, Path, new JsonObject { ["name"] = "x", ["credits"] = JsonNode.Parse(credits) });

        Assert.Equal(["credits"], (await Problem.FieldsAsync(response)).Keys);
    }

    [Theory]
    [MemberData(nameof(ChannelRules.Broken), MemberType = typeof(ChannelRules))]
    public async Task A_broken_rule_is_422_under_the_name_of_its_field(string member, string value, string field)
    {
        using var response = await _app.AdminAsync(HttpMethod.Post, Path, ChannelRules.With(member, value));

        var fields = await Problem.FieldsAsync(response);
        Assert.Equal([field], fields.Keys);
        Assert.All(fields[field], message => Assert.EndsWith(".", message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ChannelRules.AtTheirLimits), MemberType = typeof(ChannelRules))]
    public async Task A_value_at_its_limit_is_taken(string member, string value)
    {
        using var response = await _app.AdminAsync(HttpMethod.Post, Path, ChannelRules.With(member, value));

        Assert.Equal(201, (int)response.StatusCode);
    }

    [Fact]
    public async Task All_broken_rules_are_told_together_and_nothing_is_made()
    {
        var before = await TotalAsync();
        using var response = await _app.AdminAsync(
            HttpMethod.Post, Path, new JsonObject { ["model"] = "gpt-0", ["requests_per_day"] = 0, ["allowed_origins"] = new JsonArray("https://a.example", "b"), ["credits"] = -1 });

        var fields = await Problem.FieldsAsync(response);
        Assert.Equal(["allowed_origins[1]", "credits", "model", "name", "requests_per_day"], fields.Keys.Order());
        Assert.Equal(before, await TotalAsync());
    }

    private static JsonObject Defaults(string name) => new()
    {
        ["name"] = name,
        ["active"] = true,
        ["model"] = "llama-3.3-70b-versatile",
        ["profile"] = "balanced",
        ["allow_profile_override"] = false,
        ["guide_fallback"] = false,
        ["system_prompt"] = "",
        ["knowledge"] = "",
        ["website_url"] = null,
        ["requests_per_minute"] = 60,
        ["requests_per_day"] = 1_000,
        ["requests_per_minute_per_session"] = null,
        ["max_output_tokens"] = 1_024,
        ["allowed_origins"] = new JsonArray(),
        ["expires_at"] = null,
        ["greeting"] = null,
        ["suggested_questions"] = new JsonArray(),
        ["contact"] = null,
        ["alert_credits_percent"] = null,
        ["alert_daily_percent"] = null,
        ["alert_webhook_url"] = null,
        ["credits_allocated"] = 1_000,
        ["credits_consumed"] = 0,
        ["credits_reserved"] = 0,
        ["created_at"] = "2026-04-05T12:00:30Z",
        ["updated_at"] = "2026-04-05T12:00:30Z",
    };

    private static void AssertSame(JsonNode? expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"Expected {expected?.ToJsonString()}, but it is {actual?.ToJsonString()}.");

    private async Task<int> TotalAsync()
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, Path);
        return (int)(await response.JsonAsync())["pagination"]!["total"]!;
    }
}
