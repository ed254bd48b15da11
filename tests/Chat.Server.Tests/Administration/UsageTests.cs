using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class UsageTests : IAsyncLifetime
{
    private const string Default = "llama-3.3-70b-versatile";

    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _app = new ChatApp().WithProvider("mock", _upstream);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_day_tells_what_was_answered_failed_and_refused_and_why()
    {
        var channel = await _app.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 3, ["credits"] = 10 });
        await _app.AskAsync(channel, "one", "s1");
        await _app.AskAsync(channel, "two", "s2");
        _upstream.RepliesRaw(400, "text/plain", "no");
        await ExpectAsync(channel, 500);
        await ExpectAsync(channel, 429);
        await ExpectAsync(channel, 429);
        using (await _app.PostAsync(channel.Key, "{"))
            await _app.EditChannelAsync(channel, new JsonObject { ["active"] = false });
        await ExpectAsync(channel, 403);
        await FlushAsync(4);

        var report = await ReportAsync(channel);
        var day = Assert.Single(report["data"]!.AsArray())!;
        Assert.Equal("2026-04-05", (string)day["day"]!);
        Assert.Equal((2, 1, 4), ((int)day["answered"]!, (int)day["failed"]!, (int)day["refused"]!));
        Assert.Equal("""{"ai_service_error":1}""", day["failed_by"]!.ToJsonString());
        // The body is not looked at in a minute that is full.
        Assert.Equal("""{"rate_limit_exceeded":3,"site_inactive":1}""", day["refused_by"]!.ToJsonString());
        Assert.Equal((82, 18, 0.1m), ((int)day["prompt_tokens"]!, (int)day["completion_tokens"]!, (decimal)day["credits"]!));
        Assert.Null(day["first_token_ms"]);
        Assert.Equal(2, (int)report["total"]!["answered"]!);
        Assert.Equal((decimal)(await _app.ReadChannelAsync(channel))["credits_consumed"]!, (decimal)report["total"]!["credits"]!);
    }

    [Fact]
    public async Task A_refused_body_counts_and_a_request_without_a_channel_does_not()
    {
        var channel = await _app.CreateChannelAsync();
        using (await _app.PostAsync(channel.Key, "{"))
        using (await _app.PostAsync(channel.Key, "{}"))
        using (await _app.PostAsync(null, "{}"))
        using (await _app.GetAsync(channel, "/history"))
            await FlushAsync(2);
        Assert.Equal("""{"invalid_request":1,"malformed_json":1}""", (await ReportAsync(channel))["total"]!["refused_by"]!.ToJsonString());
    }

    [Fact]
    public async Task Each_day_and_each_model_has_its_own_line()
    {
        var channel = await _app.CreateChannelAsync();
        await _app.AskAsync(channel, "one");
        _app.Time.Advance(TimeSpan.FromDays(1));
        await _app.EditChannelAsync(channel, new JsonObject { ["model"] = "gemma2-9b-it" });
        await _app.AskAsync(channel, "two");
        await _app.AskAsync(channel, "three");
        using (await _app.PostAsync(channel.Key, "{}"))
            await FlushAsync(1);

        var days = (await ReportAsync(channel))["data"]!.AsArray();
        Assert.Equal(["2026-04-05 1 0", "2026-04-06 2 1"], days.Select(day => $"{day!["day"]} {day["answered"]} {day["refused"]}"));
        Assert.All(days, day => Assert.False(day!.AsObject().ContainsKey("model")));
        var models = (await ReportAsync(channel, "?by=model"))["data"]!.AsArray();
        Assert.Equal(["gemma2-9b-it 2 1 0.025", $"{Default} 1 0 0.05"], models.Select(line => $"{line!["model"]} {line["answered"]} {line["refused"]} {line["credits"]}"));
        Assert.Single((await ReportAsync(channel, "?from=2026-04-06&to=2026-04-06"))["data"]!.AsArray());
        Assert.Single((await ReportAsync(channel, "?to=2026-04-05"))["data"]!.AsArray());
        Assert.Empty((await ReportAsync(channel, "?from=2026-04-07&to=2026-04-08"))["data"]!.AsArray());
    }

    [Theory]
    [InlineData("duration_ms", "latency_ms", "day")]
    [InlineData("duration_ms", "latency_ms", "model")]
    [InlineData("first_token_ms", "first_token_ms", "day")]
    public async Task Percentiles_are_the_nearest_rank_to_within_2_5_percent(string column, string member, string by)
    {
        var channel = await _app.CreateChannelAsync();
        var random = new Random(20260405);
        // From a tenth of a millisecond's guide reply to most of an hour, evenly over the powers of ten.
        List<long> times = [.. Enumerable.Range(0, 5_000).Select(_ => (long)Math.Pow(10, random.NextDouble() * 6.5))];
        InsertUsage(column, times);
        times.Sort();

        var percentiles = (await ReportAsync(channel, $"?by={by}"))["total"]![member]!;
        foreach (var percent in new[] { 50, 95, 99 })
        {
            var exact = times[((times.Count * percent) + 99) / 100 - 1];
            Assert.InRange((long)percentiles[$"p{percent}"]!, exact * 0.975, exact * 1.025);
        }
    }

    [Fact]
    public async Task A_single_reply_is_every_percentile()
    {
        var channel = await _app.CreateChannelAsync();
        InsertUsage("duration_ms", [42]);
        Assert.Equal("""{"p50":42,"p95":42,"p99":42}""", (await ReportAsync(channel))["total"]!["latency_ms"]!.ToJsonString());
    }

    [Fact]
    public async Task Counts_of_several_flushes_and_of_a_stop_add_up()
    {
        var channel = await _app.CreateChannelAsync();
        for (var flush = 1; flush <= 3; flush++)
        {
            using (await _app.PostAsync(channel.Key, "{}"))
                await FlushAsync(flush);
        }

        await using var second = new ChatApp(_app.Folder);
        for (var request = 0; request < 5; request++)
            await second.PostAsync(channel.Key, "{}");
        await second.DisposeAsync();

        Assert.Equal(8, (int)(await ReportAsync(channel))["total"]!["refused"]!);
    }

    [Fact]
    public async Task Counts_of_a_channel_that_was_deleted_stop_no_others()
    {
        var (gone, kept) = (await _app.CreateChannelAsync(), await _app.CreateChannelAsync());
        using (await _app.PostAsync(gone.Key, "{}"))
        using (await _app.PostAsync(kept.Key, "{}"))
        using (await _app.AdminAsync(HttpMethod.Delete, $"/admin/v1/channels/{gone.Id}"))
            await FlushAsync(1);
    }

    [Fact]
    public async Task Counts_wait_while_the_store_cannot_be_written()
    {
        var channel = await _app.CreateChannelAsync();
        using (await _app.PostAsync(channel.Key, "{}"))
        {
            Rows.Execute(_app, "ALTER TABLE refusals RENAME TO elsewhere;");
            _app.Time.Advance(TimeSpan.FromSeconds(5));
            await Eventually.TrueAsync(() => _app.Log.Lines.Any(line => line.Contains("could not be kept", StringComparison.Ordinal)));
            Rows.Execute(_app, "ALTER TABLE elsewhere RENAME TO refusals;");
            await FlushAsync(1);
        }
    }

    [Fact]
    public async Task A_turn_that_its_process_did_not_finish_counts_as_interrupted()
    {
        var channel = await _app.CreateChannelAsync();
        await _app.AskAsync(channel, "one");
        Rows.Execute(_app, "UPDATE turns SET state = 0, lease_until = 0; DELETE FROM usage; UPDATE channel_usage SET consumed = 0, reserved = 50000; UPDATE turns SET reserved = 50000;");
        _app.Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => Rows.Count(_app, "turns WHERE state = 2") == 1);
        await FlushAsync(1);
        Assert.Equal("""{"interrupted":1}""", (await ReportAsync(channel))["total"]!["failed_by"]!.ToJsonString());
    }

    [Theory]
    [InlineData("?by=week", "by")]
    [InlineData("?by=Day", "by")]
    [InlineData("?by=1", "by")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?from=2026-02-30", "from")]
    [InlineData("?from=05.04.2026", "from")]
    [InlineData("?to=9999-12-31", "to")]
    [InlineData("?to=", "to")]
    [InlineData("?from=2026-04-06", "from")]
    [InlineData("?from=2025-04-04&to=2026-04-05", "from")]
    public async Task A_query_that_breaks_a_rule_is_refused_by_its_field(string query, string field)
    {
        var channel = await _app.CreateChannelAsync();
        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/usage{query}");
        Assert.Equal(422, (int)response.StatusCode);
        Assert.Equal([field], (await response.JsonAsync())["errors"]!.AsObject().Select(error => error.Key));
    }

    [Theory]
    [InlineData("", "2026-03-07", "2026-04-05")]
    [InlineData("?to=2026-03-31", "2026-03-02", "2026-03-31")]
    [InlineData("?from=2025-04-05&to=2026-04-05", "2025-04-05", "2026-04-05")]
    [InlineData("?from=1970-01-01&to=1970-01-01", "1970-01-01", "1970-01-01")]
    [InlineData("?from=9998-12-31&to=9998-12-31", "9998-12-31", "9998-12-31")]
    public async Task The_range_is_inclusive_and_thirty_days_unless_it_is_said(string query, string from, string to)
    {
        var report = await ReportAsync(await _app.CreateChannelAsync(), query);
        Assert.Equal((from, to), ((string)report["from"]!, (string)report["to"]!));
        Assert.Empty(report["data"]!.AsArray());
        Assert.Null(report["total"]!["latency_ms"]);
    }

    private void InsertUsage(string column, IEnumerable<long> times)
    {
        var at = ChatApp.Noon.ToUnixTimeMilliseconds();
        var rows = times.Select((time, index) => $"(1, 'm{index}', '{Default}', '', 1, 1, 0, {(column == "duration_ms" ? $"{time}, NULL" : $"0, {time}")}, {at})");
        Rows.Execute(_app, $"""
            INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, first_token_ms, created_at)
            VALUES {string.Join(',', rows)};
            """);
    }

    private async Task FlushAsync(int counted)
    {
        // What was just stored may not be counted yet when the first flush comes: then it is in a later one.
        const int LooksPerFlush = 200;
        var looks = 0;
        await Eventually.TrueAsync(() =>
        {
            if (looks++ % LooksPerFlush == 0)
                _app.Time.Advance(TimeSpan.FromSeconds(5));
            return Rows.Scalar(_app, "SELECT COALESCE(SUM(count), 0) FROM refusals") >= counted;
        });
    }

    private async Task ExpectAsync(TestChannel channel, int status)
    {
        using var response = await _app.SendAsync(channel, "hi");
        Assert.Equal(status, (int)response.StatusCode);
    }

    private async Task<JsonObject> ReportAsync(TestChannel channel, string query = "")
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/usage{query}");
        Assert.Equal(200, (int)response.StatusCode);
        return await response.JsonAsync();
    }
}
