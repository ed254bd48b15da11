using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Contract;

/// <summary>What callers, owners and operators do, over HTTP and on whichever engine.</summary>
public sealed class FlowTests(EngineApps apps) : IClassFixture<EngineApps>
{
    [Theory, OnSqlite, OnSqlServer]
    public async Task A_visitor_asks_twice_reads_the_history_and_forgets_it(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var channel = await on.App.CreateChannelAsync();
        await on.App.AskAsync(channel, "My name is Ada 👍.");
        var answer = await on.App.AskAsync(channel, "What is my name?");
        Assert.Equal(3, on.Upstream.LastRequest.Messages.Count);
        Assert.Equal(0.05m, (decimal)answer["usage"]!["credits"]!);

        var history = await on.App.HistoryAsync(channel);
        Assert.Equal(
            ["My name is Ada 👍.", "You said: My name is Ada 👍.", "What is my name?", "You said: What is my name?"],
            history.Select(message => (string)message!["content"]!));
        Assert.Equal("2026-04-05T12:00:30Z", (string)history[0]!["created_at"]!);

        using var forgotten = await on.App.GetAsync(channel, "/history?session_id=session-1", HttpMethod.Delete);
        Assert.Equal(204, (int)forgotten.StatusCode);
        Assert.Empty(await on.App.HistoryAsync(channel));
        await on.App.AskAsync(channel, "And now?");
        Assert.Single(on.Upstream.LastRequest.Messages);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_retry_is_answered_again_and_charged_once_by_either_instance(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var (channel, other) = (await on.App.CreateChannelAsync(), on.AddInstance());
        using var first = await EngineApp.SendKeyedAsync(on.App, channel, "hello", "Key");
        using var replay = await EngineApp.SendKeyedAsync(other, channel, "hello", "Key");
        using var changed = await EngineApp.SendKeyedAsync(other, channel, "Hello", "Key");
        using var another = await EngineApp.SendKeyedAsync(other, channel, "hello", "key");
        Assert.Equal((200, 200, 422, 200), ((int)first.StatusCode, (int)replay.StatusCode, (int)changed.StatusCode, (int)another.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await replay.Content.ReadAsStringAsync());
        Assert.True(replay.Headers.Contains("Idempotency-Replayed"));
        Assert.False(another.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(0.1m, (decimal)(await on.App.ReadChannelAsync(channel))["credits_consumed"]!);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Of_twenty_twins_at_two_instances_one_is_generated_and_charged(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var (channel, other) = (await on.App.CreateChannelAsync(), on.AddInstance());
        var asked = on.Upstream.Requests.Count;
        var twins = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => EngineApp.SendKeyedAsync(i % 2 == 0 ? on.App : other, channel, "hello", "k")));
        Assert.All(twins, twin => Assert.True((int)twin.StatusCode is 200 or 409, $"{(int)twin.StatusCode}"));
        Assert.Equal(asked + 1, on.Upstream.Requests.Count);
        Assert.Equal(0.05m, (decimal)(await on.App.ReadChannelAsync(channel))["credits_consumed"]!);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Of_a_hundred_at_once_at_two_instances_at_a_limit_of_20_exactly_20_are_answered(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var (channel, other) = (await on.App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 20 }), on.AddInstance());
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? on.App : other).SendAsync(channel, "hi", $"session-{i}")));
        Assert.Equal(20, answers.Count(answer => (int)answer.StatusCode == 200));
        Assert.Equal(80, answers.Count(answer => (int)answer.StatusCode == 429 && answer.Headers.RetryAfter!.Delta == TimeSpan.FromSeconds(30)));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_day_a_session_s_minute_and_the_credits_are_limits_too(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var daily = await on.App.CreateChannelAsync(new JsonObject { ["requests_per_day"] = 1 });
        await on.App.AskAsync(daily, "one");
        await RefusedAsync(429, "daily_limit_exceeded", on.App.SendAsync(daily, "two"));

        var session = await on.App.CreateChannelAsync(new JsonObject { ["requests_per_minute_per_session"] = 1 });
        await on.App.AskAsync(session, "one");
        await RefusedAsync(429, "rate_limit_exceeded", on.App.SendAsync(session, "two"));
        await on.App.AskAsync(session, "one", "session-2");

        var poor = await on.App.CreateChannelAsync(new JsonObject { ["credits"] = 0.11 });
        await on.App.AskAsync(poor, "one");
        await RefusedAsync(403, "credits_exhausted", on.App.SendAsync(poor, "two"));

        on.Upstream.RepliesRaw(500, "text/plain", "no");
        var failing = await on.App.CreateChannelAsync(new JsonObject { ["requests_per_day"] = 1 });
        await RefusedAsync(500, "ai_service_error", on.App.SendAsync(failing, "one"));
        // Neither the day nor the credits keep what had no reply.
        on.Upstream.Replies("there");
        await on.App.AskAsync(failing, "two");
        Assert.Equal(0.05m, (decimal)(await on.App.ReadChannelAsync(failing))["credits_consumed"]!);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task An_owner_makes_reads_edits_lists_rotates_and_deletes_a_channel(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var channel = await on.App.CreateChannelAsync(new JsonObject { ["name"] = "Größe 👍", ["allowed_origins"] = new JsonArray("https://a.example"), ["expires_at"] = "2027-01-01T00:00:00.123Z" });
        var made = await on.App.ReadChannelAsync(channel);
        Assert.Equal(("Größe 👍", DateTimeOffset.Parse("2027-01-01T00:00:00.123Z")), ((string)made["name"]!, (DateTimeOffset)made["expires_at"]!));

        await on.App.EditChannelAsync(channel, new JsonObject { ["greeting"] = "Hi", ["expires_at"] = null });
        var edited = await on.App.ReadChannelAsync(channel);
        Assert.Equal(("Hi", null), ((string)edited["greeting"]!, (string?)edited["expires_at"]));
        var total = (int)(await on.AdminAsync("/admin/v1/channels?limit=1"))["pagination"]!["total"]!;
        var last = await on.AdminAsync($"/admin/v1/channels?limit=1&offset={total - 1}");
        Assert.Equal(channel.Id, (Guid)last["data"]![0]!["id"]!);

        Assert.Equal(channel.Key, (string)(await on.AdminAsync($"/admin/v1/channels/{channel.Id}/key"))["key"]!);
        using var rotation = await on.App.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/key/rotate");
        var rotated = channel with { Key = (string)(await rotation.JsonAsync())["key"]! };
        await RefusedAsync(401, "invalid_api_key", on.App.SendAsync(channel, "hi"));
        await on.App.AskAsync(rotated, "hi");

        using var deleted = await on.App.AdminAsync(HttpMethod.Delete, $"/admin/v1/channels/{channel.Id}");
        Assert.Equal(204, (int)deleted.StatusCode);
        await RefusedAsync(401, "invalid_api_key", on.App.SendAsync(rotated, "hi"));
        using var gone = await on.App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}");
        Assert.Equal(404, (int)gone.StatusCode);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_grant_counts_once_a_key_and_ledger_usage_and_audit_agree(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var channel = await on.App.CreateChannelAsync(new JsonObject { ["credits"] = 10 });
        for (var i = 0; i < 2; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/credits");
            request.Headers.Add("Authorization", $"Bearer {ChatApp.AdminToken}");
            request.Headers.Add("Idempotency-Key", "top-up");
            request.Content = new StringContent("""{"credits": 2.5, "note": "für März 👍"}""", System.Text.Encoding.UTF8, "application/json");
            using var granted = await on.App.Client.SendAsync(request);
            Assert.True(granted.IsSuccessStatusCode);
        }

        await on.App.AskAsync(channel, "hello");
        var ledger = (await on.AdminAsync($"/admin/v1/channels/{channel.Id}/ledger"))["data"]!.AsArray();
        Assert.Equal([-0.05m, 2.5m, 10m], ledger.Select(line => (decimal)line!["credits"]!).Order());
        Assert.Contains(ledger, line => (string?)line!["note"] == "für März 👍");
        foreach (var by in new[] { "day", "model" })
        {
            var usage = (await on.AdminAsync($"/admin/v1/channels/{channel.Id}/usage?from=2026-04-05&to=2026-04-05&by={by}"))["total"]!;
            Assert.Equal((1, 41, 9, 0.05m), ((int)usage["answered"]!, (int)usage["prompt_tokens"]!, (int)usage["completion_tokens"]!, (decimal)usage["credits"]!));
        }

        var audit = await on.AdminAsync("/admin/v1/audit");
        Assert.True((bool)audit["ok"]!, audit.ToJsonString());
        Assert.Equal(12.5m, (decimal)(await on.App.ReadChannelAsync(channel))["credits_allocated"]!);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_refusal_is_counted_and_an_instance_stopped_leaves_its_counts(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var (channel, other) = (await on.App.CreateChannelAsync(), on.AddInstance());
        using (await other.PostAsync(channel.Key, "{"))
            await other.DisposeAsync();
        var usage = await on.AdminAsync($"/admin/v1/channels/{channel.Id}/usage?from=2026-04-05&to=2026-04-05");
        Assert.Equal("""{"malformed_json":1}""", usage["total"]!["refused_by"]!.ToJsonString());
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_channel_disabled_at_one_instance_is_refused_there_at_once_and_elsewhere_within_5_seconds(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var (channel, other) = (await on.App.CreateChannelAsync(), on.AddInstance());
        await other.AskAsync(channel, "hi");
        await on.App.EditChannelAsync(channel, new JsonObject { ["active"] = false });
        await RefusedAsync(403, "site_inactive", on.App.SendAsync(channel, "hi"));
        other.Time.Advance(TimeSpan.FromSeconds(5));
        await RefusedAsync(403, "site_inactive", other.SendAsync(channel, "hi"));
    }

    private static async Task RefusedAsync(int status, string code, Task<HttpResponseMessage> sent)
    {
        using var response = await sent;
        Assert.Equal((status, code), ((int)response.StatusCode, (string)(await response.JsonAsync())["code"]!));
    }
}
