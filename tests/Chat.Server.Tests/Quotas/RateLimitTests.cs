using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Quotas;

public sealed class RateLimitTests : AppTest
{
    [Fact]
    public async Task Every_answer_tells_both_limits_and_what_is_left_of_them()
    {
        var channel = await App.CreateChannelAsync();
        using var sent = await App.SendAsync(channel, "hi");
        Assert.Equal("\"permin\";q=60;w=60, \"daily\";q=1000;w=86400", Header(sent, "RateLimit-Policy"));
        Assert.Equal("\"permin\";r=59;t=30, \"daily\";r=999;t=43170", Header(sent, "RateLimit"));
        Assert.Equal(("60", "59"), (Header(sent, "X-RateLimit-Limit"), Header(sent, "X-RateLimit-Remaining")));
        Assert.Equal(ChatApp.Noon.AddSeconds(30).ToUnixTimeSeconds().ToString(), Header(sent, "X-RateLimit-Reset"));

        App.Time.Advance(TimeSpan.FromSeconds(10));
        using var history = await App.GetAsync(channel, "/history?session_id=session-1");
        Assert.Equal("\"permin\";r=59;t=20, \"daily\";r=999;t=43160", Header(history, "RateLimit"));
        using var invalid = await App.PostAsync(channel.Key, "{}");
        Assert.Equal("\"permin\";r=59;t=20, \"daily\";r=999;t=43160", Header(invalid, "RateLimit"));
        await App.EditChannelAsync(channel, new JsonObject { ["active"] = false });
        using var inactive = await App.PostAsync(channel.Key, "{}");
        Assert.Equal((403, "\"permin\";r=59;t=20, \"daily\";r=999;t=43160"), ((int)inactive.StatusCode, Header(inactive, "RateLimit")));
        using var unknown = await App.PostAsync("chat_nonsense", "{}");
        Assert.False(unknown.Headers.Contains("RateLimit"));
    }

    [Fact]
    public async Task The_tighter_limit_is_the_one_with_less_left()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_day"] = 10 });
        using var sent = await App.SendAsync(channel, "hi");
        Assert.Equal(("10", "9"), (Header(sent, "X-RateLimit-Limit"), Header(sent, "X-RateLimit-Remaining")));
        Assert.Equal(new DateTimeOffset(2026, 4, 6, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds().ToString(), Header(sent, "X-RateLimit-Reset"));
    }

    [Fact]
    public async Task A_new_window_is_whole_again()
    {
        var channel = await App.CreateChannelAsync();
        await App.AskAsync(channel, "hi");
        App.Time.Advance(TimeSpan.FromMinutes(1));
        using var history = await App.GetAsync(channel, "/history?session_id=s");
        Assert.StartsWith("\"permin\";r=60;t=30", Header(history, "RateLimit"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(29_999)]
    [InlineData(30_001)]
    [InlineData(59_999)]
    public async Task A_client_that_waits_as_told_is_never_refused_again(int milliseconds)
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 1 });
        App.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        for (var i = 0; i < 5; i++)
        {
            await App.AskAsync(channel, "hi");
            using var refused = await App.SendAsync(channel, "hi");
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.StartsWith($"\"permin\";r=0;t={refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds}", Header(refused, "RateLimit"), StringComparison.Ordinal);
            App.Time.Advance(refused.Headers.RetryAfter!.Delta!.Value);
        }
    }

    [Fact]
    public async Task A_changed_limit_counts_from_the_next_request()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 1 });
        await App.AskAsync(channel, "hi");
        Assert.Equal(429, (int)(await App.SendAsync(channel, "hi")).StatusCode);
        await App.EditChannelAsync(channel, new JsonObject { ["requests_per_minute"] = 2 });
        await App.AskAsync(channel, "hi");
        await App.EditChannelAsync(channel, new JsonObject { ["requests_per_minute"] = 1 });
        Assert.Equal(429, (int)(await App.SendAsync(channel, "hi")).StatusCode);
    }

    [Fact]
    public async Task A_clock_that_steps_back_refills_nothing()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 2, ["requests_per_day"] = 3 });
        await App.AskAsync(channel, "hi");
        await App.AskAsync(channel, "hi");
        App.Time.SetWallClock(ChatApp.Noon.AddHours(-1));
        using var refused = await App.SendAsync(channel, "hi");
        Assert.Equal((429, TimeSpan.FromSeconds(3_630)), ((int)refused.StatusCode, refused.Headers.RetryAfter!.Delta));
        App.Time.SetWallClock(ChatApp.Noon.AddDays(-1));
        Assert.Equal(429, (int)(await App.SendAsync(channel, "hi")).StatusCode);
        App.Time.SetWallClock(ChatApp.Noon.AddMinutes(1));
        await App.AskAsync(channel, "hi");
        Assert.Equal("Daily limit exceeded", (string)(await (await App.SendAsync(channel, "hi")).JsonAsync())["error"]!);
    }

    [Fact]
    public async Task A_full_minute_is_refused_before_the_body_is_read_and_without_the_store()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 1 });
        await App.AskAsync(channel, "hi");
        using (ForeignLock.Take(App.DatabasePath))
        {
            using var refused = await App.PostAsync(channel.Key, "not json");
            Assert.Equal((429, "rate_limit_exceeded"), ((int)refused.StatusCode, (string)(await refused.JsonAsync())["code"]!));
            Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter!.Delta);
        }
    }

    [Fact]
    public async Task A_flood_of_mistakes_is_shed()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 2 });
        var statuses = new List<int>();
        for (var i = 0; i < 25; i++)
            statuses.Add((int)(await App.PostAsync(channel.Key, "{")).StatusCode);
        Assert.Equal([.. Enumerable.Repeat(400, 20), .. Enumerable.Repeat(429, 5)], statuses);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.AskAsync(channel, "hi");
    }

    [Fact]
    public async Task A_session_limit_stops_one_visitor_and_no_other_and_costs_theChannel_nothing()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 5, ["requests_per_minute_per_session"] = 2 });
        await App.AskAsync(channel, "hi", "greedy");
        await App.AskAsync(channel, "hi", "greedy");
        for (var i = 0; i < 10; i++)
        {
            using var refused = await App.SendAsync(channel, "hi", "greedy");
            Assert.Equal((429, TimeSpan.FromSeconds(30)), ((int)refused.StatusCode, refused.Headers.RetryAfter!.Delta));
            Assert.Equal("rate_limit_exceeded", (string)(await refused.JsonAsync())["code"]!);
        }

        Assert.Equal(0m, (decimal)(await App.ReadChannelAsync(channel))["credits_reserved"]!);
        await App.AskAsync(channel, "hi", "modest");
        await App.AskAsync(channel, "hi", "another");
        using var last = await App.SendAsync(channel, "hi", "third");
        Assert.StartsWith("\"permin\";r=0", Header(last, "RateLimit"), StringComparison.Ordinal);
        App.Time.Advance(TimeSpan.FromSeconds(30));
        await App.AskAsync(channel, "hi", "greedy");
    }

    [Fact]
    public async Task Without_a_session_limit_one_session_may_have_the_whole_minute()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 5 });
        for (var i = 0; i < 5; i++)
            await App.AskAsync(channel, "hi");
        Assert.Equal(429, (int)(await App.SendAsync(channel, "hi")).StatusCode);
    }

    [Fact]
    public async Task Two_instances_share_one_limit()
    {
        await using var second = new ChatApp(App.Folder).WithProvider("mock", Upstream);
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 60 });
        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => (int)(await (i % 2 == 0 ? App : second).SendAsync(channel, "hi", $"s{i}")).StatusCode));
        Assert.Equal((60, 140), (statuses.Count(status => status == 200), statuses.Count(status => status == 429)));
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}
