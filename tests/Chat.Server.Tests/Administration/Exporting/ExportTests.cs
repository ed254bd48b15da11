using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration.Exporting;

public sealed class ExportTests : AppTest
{
    private static readonly string[] Texts =
    [
        "Zoë said: “hi” \\ / <b>&amp;</b>", "line\nline\r\n\ttab", "\ud83d\ude42\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67", "\u202eשלום\u202c\u2028\u2029", "e\u0301 \u00e9 \uffff \ufeff", "\u0001\u001f\u007f",
    ];

    [Fact]
    public async Task Every_line_says_what_it_is_in_the_order_of_the_description()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["alert_daily_percent"] = 1, ["requests_per_day"] = 3, ["alert_webhook_url"] = "https://hooks.example/x" });
        await App.AskAsync(Channel, "What is the capital of France?");
        Upstream.RepliesRaw(500, "text/plain", "no");
        using (await App.SendAsync(Channel, "And of Spain?"))
        using (await App.PostAsync(Channel.Key, "{"))
            App.Time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => Rows.Count(App, "refusals") == 2 && Rows.Count(App, "alerts") == 1);

        var export = await Export.ReadAsync(App, Channel.Id);

        Assert.Equal(["channel", "grant", "usage", "unanswered", "unanswered", "alert", "thread", "message", "message", "message", "end"], export.Lines.Select(line => (string)line["type"]!));
        Assert.Equal((await App.ReadChannelAsync(Channel)).ToJsonString(), export.Lines[0]["channel"]!.ToJsonString());
        Same("""{"type":"grant","credits":1000,"note":"","created_at":"2026-04-05T12:00:30Z"}""", export.Lines[1], "note");
        var turn = (string)export.Lines[2]["message_id"]!;
        Same($$"""{"type":"usage","message_id":"{{turn}}","model":"llama-3.3-70b-versatile","prompt_tokens":41,"completion_tokens":9,"credits":0.05,"duration_ms":0,"created_at":"2026-04-05T12:00:30Z"}""", export.Lines[2]);
        var unanswered = export.Of("unanswered").ToDictionary(line => (string)line["outcome"]!);
        Same("""{"type":"unanswered","day":"2026-04-05","outcome":"refused","code":"malformed_json","model":"llama-3.3-70b-versatile","count":1}""", unanswered["refused"]);
        Same("""{"type":"unanswered","day":"2026-04-05","outcome":"failed","code":"ai_service_error","model":"llama-3.3-70b-versatile","count":1}""", unanswered["failed"]);
        Assert.Equal(("daily", 1, 1m, 3m), ((string)export.Lines[5]["kind"]!, (int)export.Lines[5]["threshold"]!, (decimal)export.Lines[5]["used"]!, (decimal)export.Lines[5]["available"]!));
        var thread = (long)export.Lines[6]["id"]!;
        Same($$"""{"type":"thread","id":{{thread}},"session_id":"session-1","created_at":"2026-04-05T12:00:30Z","expires_at":"2026-04-06T12:00:30Z"}""", export.Lines[6]);
        Same($$"""{"type":"message","thread_id":{{thread}},"message_id":"{{turn}}","role":"user","content":"What is the capital of France?","status":"done","model":"llama-3.3-70b-versatile","created_at":"2026-04-05T12:00:30Z"}""", export.Lines[7]);
        Same($$"""{"type":"message","thread_id":{{thread}},"message_id":"{{turn}}","role":"assistant","content":"You said: What is the capital of France?","status":"done","model":"llama-3.3-70b-versatile","created_at":"2026-04-05T12:00:30Z"}""", export.Lines[8]);
        Assert.Equal(("user", "failed", "ai_service_error"), ((string)export.Lines[9]["role"]!, (string)export.Lines[9]["status"]!, (string)export.Lines[9]["error_code"]!));
        Assert.Matches("^2026-04-05T12:00:[0-9]{2}(.[0-9]+)?Z$", (string)export.Lines[10]["exported_at"]!);
        AssertDescribed(export);
    }

    [Fact]
    public async Task Every_text_arrives_as_it_was_said()
    {
        foreach (var text in Texts)
            await App.AskAsync(Channel, $"[{text}]", $"session of {text.Length}");
        using (await App.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{Channel.Id}/credits", new JsonObject { ["credits"] = 0.000001m, ["note"] = Texts[2] }))
            await App.EditChannelAsync(Channel, new JsonObject { ["knowledge"] = string.Concat(Texts) });

        var export = await Export.ReadAsync(App, Channel.Id);

        Assert.Equal(Texts.SelectMany(text => new[] { $"[{text}]", $"You said: [{text}]" }), export.Of("message").Select(line => (string)line["content"]!));
        Assert.Equal(string.Concat(Texts), (string)export.Lines[0]["channel"]!["knowledge"]!);
        Assert.Equal((0.000001m, Texts[2]), ((decimal)export.Of("grant")[1]["credits"]!, (string)export.Of("grant")[1]["note"]!));
        Assert.Equal(export.Lines.Count, export.Text.Count(letter => letter == '\n'));
    }

    [Fact]
    public async Task It_holds_no_secret_and_nothing_of_another_channel()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["alert_webhook_url"] = "https://hooks.example/x" });
        using var secret = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Channel.Id}/webhook-secret");
        var other = await App.CreateChannelAsync(new JsonObject { ["name"] = "Other site", ["knowledge"] = "Other knowledge." });
        await App.AskAsync(Channel, "Mine.", "session-of-mine");
        await App.AskAsync(other, "Theirs.", "session-of-theirs");

        var mine = await Export.ReadAsync(App, Channel.Id);

        string[] never =
        [
            Channel.Key, "chat_", "whsec_", (string)(await secret.JsonAsync())["secret"]!, "hash", "sealed", "\"key\"", "mock",
            "Other", "Theirs", other.Id.ToString(), other.Key,
            .. Binary("SELECT hex(key_hash) FROM channels"), .. Binary("SELECT hex(session_hash) FROM threads"), .. Binary("SELECT hex(request_hash) FROM turns WHERE request_hash IS NOT NULL"),
        ];
        Assert.All(never, text => Assert.DoesNotContain(text, mine.Text, StringComparison.OrdinalIgnoreCase));
        // The control: what must not be found is found in the other's.
        Assert.Contains("Theirs.", (await Export.ReadAsync(App, other.Id)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_forgotten_or_has_expired_is_not_in_it_and_what_it_cost_is()
    {
        await App.AskAsync(Channel, "Forget me.", "first");
        using (await App.GetAsync(Channel, "/history?session_id=first", HttpMethod.Delete))
            await App.AskAsync(Channel, "Let me expire.", "second");
        App.Time.SetWallClock(ChatApp.Noon.AddHours(25));

        var export = await Export.ReadAsync(App, Channel.Id);

        Assert.Equal(2, export.Of("usage").Count);
        Assert.Empty(export.Of("thread").Concat(export.Of("message")));
        Assert.DoesNotContain("Forget me.", export.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Let me expire.", export.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_of_the_instant_that_it_began_though_it_is_read_slowly()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["knowledge"] = new string('k', 400_000) });
        await App.AskAsync(Channel, "Before.");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/admin/v1/channels/{Channel.Id}/export");
        request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);
        using var response = await App.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var begun = new byte[1_000];
        await body.ReadExactlyAsync(begun);

        await App.AskAsync(Channel, "After.");

        using var reader = new StreamReader(body);
        var export = Export.Whole(System.Text.Encoding.UTF8.GetString(begun) + await reader.ReadToEndAsync());
        Assert.Single(export.Of("usage"));
        Assert.DoesNotContain("After.", export.Text, StringComparison.Ordinal);
        Assert.Contains("After.", (await Export.ReadAsync(App, Channel.Id)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_hangs_up_leaves_nothing_behind()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["knowledge"] = new string('k', 400_000) });
        await App.AskAsync(Channel, "Hello.");
        for (var count = 0; count < 20; count++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/admin/v1/channels/{Channel.Id}/export");
            request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);
            using var response = await App.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[10]);
        }

        await App.AskAsync(Channel, "Hello again.");
        await Export.ReadAsync(App, Channel.Id);
        Assert.DoesNotContain(App.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_channel_that_is_not_there_is_404_and_without_the_token_nothing_is()
    {
        using var unknown = await App.AdminAsync(HttpMethod.Get, "/admin/v1/channels/01900000-0000-7000-8000-000000000001/export");
        await Problem.AssertAsync(unknown, "not_found");
        using var stranger = await App.Client.GetAsync($"/admin/v1/channels/{Channel.Id}/export");
        Assert.Equal(401, (int)stranger.StatusCode);
        using var owner = await App.GetAsync(Channel, $"/admin/v1/channels/{Channel.Id}/export");
        Assert.Equal(401, (int)owner.StatusCode);
    }

    private static void Same(string expected, JsonObject line, params string[] but)
    {
        var (wanted, found) = (JsonNode.Parse(expected)!.AsObject(), line.DeepClone().AsObject());
        foreach (var name in but)
            Assert.True(wanted.Remove(name) && found.Remove(name));
        Assert.Equal(wanted.ToJsonString(), found.ToJsonString());
    }

    // Every member of every line is described, and none that is promised is missing.
    private static void AssertDescribed(Export export)
    {
        var schemas = JsonNode.Parse(File.ReadAllText(Repository.PathOf("openapi", "chat.v1.json")))!["components"]!["schemas"]!;
        foreach (var line in export.Lines)
        {
            var name = ((string)schemas["ExportLine"]!["discriminator"]!["mapping"]![(string)line["type"]!]!).Split('/')[^1];
            var (members, described) = (line.Select(member => member.Key).ToList(), schemas[name]!["properties"]!.AsObject());
            Assert.Empty(members.Except(described.Select(property => property.Key)));
            Assert.Empty(schemas[name]!["required"]!.AsArray().Select(required => (string)required!).Except(members));
            Assert.All(described.Where(property => property.Key is not ("type" or "channel")), property => Assert.NotNull(property.Value!["description"]));
        }
    }

    private IEnumerable<string> Binary(string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={App.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<string> texts = [];
        while (reader.Read())
            texts.AddRange([reader.GetString(0), Convert.ToBase64String(Convert.FromHexString(reader.GetString(0)))]);
        return texts;
    }
}
