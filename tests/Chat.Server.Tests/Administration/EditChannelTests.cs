using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class EditChannelTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly ChatApp _app = shared.App;

    [Fact]
    public async Task An_edit_changes_what_it_names_and_leaves_the_rest()
    {
        var channel = await _app.CreateChannelAsync(ChannelRules.EverySetting());
        var expected = await _app.ReadChannelAsync(channel);
        _app.Time.Advance(TimeSpan.FromMinutes(5));

        using var response = await PatchAsync(channel, """{"name":"Renamed","allowed_origins":["https://new.example"]}""");

        expected["name"] = "Renamed";
        expected["allowed_origins"] = new JsonArray("https://new.example");
        expected["updated_at"] = _app.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(expected.ToJsonString(), (await response.JsonAsync()).ToJsonString());
        Assert.Equal(expected.ToJsonString(), (await _app.ReadChannelAsync(channel)).ToJsonString());
    }

    [Fact]
    public async Task Null_sets_every_setting_back_to_its_default()
    {
        var channel = await _app.CreateChannelAsync(ChannelRules.EverySetting());
        var untouched = await _app.ReadChannelAsync(await _app.CreateChannelAsync());

        var nulls = new JsonObject(ChannelRules.EverySetting().Where(setting => setting.Key != "name").Select(setting => KeyValuePair.Create(setting.Key, (JsonNode?)null)));
        using var response = await PatchAsync(channel, nulls.ToJsonString());

        Assert.Equal(200, (int)response.StatusCode);
        var edited = await _app.ReadChannelAsync(channel);
        Assert.All(nulls, setting => Assert.True(JsonNode.DeepEquals(untouched[setting.Key], edited[setting.Key]), setting.Key));
    }

    [Fact]
    public async Task An_edit_of_nothing_is_good_and_changes_nothing_but_the_time()
    {
        var channel = await _app.CreateChannelAsync(ChannelRules.EverySetting());
        var before = await _app.ReadChannelAsync(channel);

        using var response = await PatchAsync(channel, "{}");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(before.ToJsonString(), (await response.JsonAsync()).ToJsonString());
    }

    [Theory]
    [MemberData(nameof(ChannelRules.Broken), MemberType = typeof(ChannelRules))]
    [InlineData("name", "null", "name")]
    [InlineData("credits", "5", "credits")]
    public async Task A_broken_rule_is_422_and_leaves_everything_as_it_was(string member, string value, string field)
    {
        var channel = await _app.CreateChannelAsync();
        var before = await _app.ReadChannelAsync(channel);
        _app.Time.Advance(TimeSpan.FromSeconds(1));
        var changes = new JsonObject { ["greeting"] = "Changed", [member] = JsonNode.Parse(value) };

        using var response = await PatchAsync(channel, changes.ToJsonString());

        Assert.Equal([field], (await Problem.FieldsAsync(response)).Keys);
        Assert.Equal(before.ToJsonString(), (await _app.ReadChannelAsync(channel)).ToJsonString());
    }

    [Theory]
    [MemberData(nameof(ChannelRules.AtTheirLimits), MemberType = typeof(ChannelRules))]
    public async Task A_value_at_its_limit_is_taken(string member, string value)
    {
        var channel = await _app.CreateChannelAsync();

        using var response = await PatchAsync(channel, ChannelRules.With(member, value).ToJsonString());

        Assert.Equal(200, (int)response.StatusCode);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(value), (await _app.ReadChannelAsync(channel))[member]));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"active\"")]
    [InlineData("7")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"greeting":"\ud800"}""")]
    public async Task Json_that_cannot_be_changes_is_422(string body)
    {
        using var response = await PatchAsync(await _app.CreateChannelAsync(), body);

        await Problem.FieldsAsync(response);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"name":"a","name":"b"}""")]
    [InlineData("""{"name":"a"} x""")]
    public async Task What_is_not_json_is_400(string body)
    {
        using var response = await PatchAsync(await _app.CreateChannelAsync(), body);

        await Problem.AssertAsync(response, "malformed_json");
    }

    [Fact]
    public async Task An_edit_counts_for_the_next_message()
    {
        var channel = await _app.CreateChannelAsync(ChannelRules.Guide());
        Assert.Contains("nine to five", (string)(await _app.AskAsync(channel, "What are your opening hours?"))["reply"]!, StringComparison.Ordinal);

        await _app.EditChannelAsync(channel, new JsonObject { ["knowledge"] = "# Opening hours\n\nWe are open at midnight only." });

        Assert.Contains("midnight", (string)(await _app.AskAsync(channel, "What are your opening hours?", "session-2"))["reply"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edits_at_the_same_time_do_not_undo_each_other()
    {
        var channel = await _app.CreateChannelAsync();
        var settings = ChannelRules.EverySetting();

        await Task.WhenAll(settings.Select(setting => _app.EditChannelAsync(channel, new JsonObject { [setting.Key] = setting.Value?.DeepClone() })));

        var edited = await _app.ReadChannelAsync(channel);
        Assert.All(settings, setting => Assert.True(JsonNode.DeepEquals(setting.Value, edited[setting.Key]), setting.Key));
    }

    [Fact]
    public async Task An_edit_keeps_the_key_and_never_shows_it()
    {
        var channel = await _app.CreateChannelAsync(ChannelRules.Guide());

        using var response = await PatchAsync(channel, """{"name":"Renamed"}""");

        Assert.DoesNotContain("chat_", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await _app.AskAsync(channel, "Hello");
    }

    private Task<HttpResponseMessage> PatchAsync(TestChannel channel, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/admin/v1/channels/{channel.Id}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Authorization", $"Bearer {ChatApp.AdminToken}");
        return _app.Client.SendAsync(request);
    }
}
