using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Quotas;

public sealed class AlertTests : IAsyncLifetime
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    private FakeUpstream _upstream = null!;
    private WebhookReceiver _receiver = null!;
    private ChatApp _app = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _receiver = await WebhookReceiver.StartAsync();
        _app = new ChatApp().WithProvider("mock", _upstream).WithOutbound(_receiver.Address);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_crossing_of_the_credits_is_posted_once_and_signed()
    {
        // A reply costs 0.05 credits: the second one reaches 80 percent of 0.125.
        var channel = await CreateAsync(new JsonObject { ["credits"] = 0.125m, ["alert_credits_percent"] = 80, ["max_output_tokens"] = 64 });
        await AskAndWatchAsync(channel);
        Assert.Equal(0, Rows.Count(_app, "alerts"));
        await AskAndWatchAsync(channel);
        await RecordedAsync(1);
        await DeliveredAsync(1);

        var call = Assert.Single(_receiver.Calls);
        Assert.Equal("/hook", call.Path);
        Assert.True(call.IsSignedWith(await SecretAsync(channel)));
        Assert.False(call.IsSignedWith("whsec_other"));
        Assert.Equal(("credits_threshold", 80, 0.1m, 0.125m), ((string)call.Body["type"]!, (int)call.Body["threshold_percent"]!, (decimal)call.Body["used"]!, (decimal)call.Body["available"]!));
        Assert.Equal(channel.Id, (Guid)call.Body["channel_id"]!);

        using (await _app.SendAsync(channel, "refused for want of credits"))
            await WatchedAsync();
        Assert.Equal(1, Rows.Count(_app, "alerts"));
        Assert.Single(_receiver.Calls);
    }

    [Fact]
    public async Task A_new_grant_begins_a_new_period_and_so_does_another_threshold()
    {
        var channel = await CreateAsync(new JsonObject { ["credits"] = 0.125m, ["alert_credits_percent"] = 40, ["max_output_tokens"] = 64 });
        await AskAndWatchAsync(channel);
        await RecordedAsync(1);
        await _app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/credits", new JsonObject { ["credits"] = 0.125m });
        await AskAndWatchAsync(channel);
        await RecordedAsync(2);
        await _app.EditChannelAsync(channel, new JsonObject { ["alert_credits_percent"] = 60 });
        await AskAndWatchAsync(channel);
        await RecordedAsync(3);
    }

    [Fact]
    public async Task A_crossing_of_the_day_is_posted_once_a_day()
    {
        var channel = await CreateAsync(new JsonObject { ["requests_per_day"] = 4, ["alert_daily_percent"] = 50 });
        await AskAndWatchAsync(channel);
        Assert.Equal(0, Rows.Count(_app, "alerts"));
        for (var reply = 0; reply < 3; reply++)
            await AskAndWatchAsync(channel);
        await RecordedAsync(1);
        await DeliveredAsync(1);
        Assert.Equal(("daily_threshold", 4m), ((string)_receiver.Calls[0].Body["type"]!, (decimal)_receiver.Calls[0].Body["available"]!));

        _app.Time.Advance(TimeSpan.FromDays(1));
        await AskAndWatchAsync(channel);
        await AskAndWatchAsync(channel);
        await RecordedAsync(2);
    }

    [Fact]
    public async Task A_call_that_fails_is_repeated_with_growing_waits_and_the_same_id_and_given_up_after_eight()
    {
        _receiver.OnCall = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await CrossAsync();
        List<long> waits = [];
        for (var attempt = 1; attempt <= 8; attempt++)
        {
            var before = _app.Time.GetUtcNow().ToUnixTimeMilliseconds();
            await AttemptedAsync(attempt);
            if (attempt == 8)
                break;
            var next = Rows.Scalar(_app, "SELECT next_attempt_at FROM alerts");
            waits.Add(next - before);
            _app.Time.SetWallClock(DateTimeOffset.FromUnixTimeMilliseconds(next));
        }

        Assert.Equal(waits.Order(), waits);
        Assert.InRange(waits.Sum(), TimeSpan.FromHours(20).TotalMilliseconds, TimeSpan.FromHours(26).TotalMilliseconds);
        Assert.Single(_receiver.Calls.Select(call => (string)call.Body["id"]!).Distinct());
        Assert.Equal(8, _receiver.Calls.Select(call => call.Signature).Distinct().Count());
        await Eventually.TrueAsync(() => _app.Log.Lines.Any(line => line.Contains("never took alert", StringComparison.Ordinal)));
        Assert.Equal(1, Rows.Count(_app, "alerts WHERE next_attempt_at IS NULL AND delivered_at IS NULL"));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _receiver.OnCall = context =>
        {
            context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await CrossAsync();
        await AttemptedAsync(1);
        Assert.Equal(["/hook"], _receiver.Calls.Select(call => call.Path));
        Assert.Equal(0, Rows.Count(_app, "alerts WHERE delivered_at IS NOT NULL"));
    }

    [Fact]
    public async Task A_webhook_that_hangs_holds_up_no_reply()
    {
        var release = new TaskCompletionSource();
        _receiver.OnCall = _ => release.Task;
        var channel = await CrossAsync();
        await Eventually.TrueAsync(() =>
        {
            _app.Time.Advance(Tick);
            return _receiver.Calls.Count == 1;
        });
        await _app.AskAsync(channel, "hi");
        release.SetResult();
        await Eventually.TrueAsync(() => Rows.Count(_app, "alerts WHERE delivered_at IS NOT NULL") == 1);
    }

    [Fact]
    public async Task Two_instances_deliver_an_alert_once()
    {
        await using var second = new ChatApp(_app.Folder).WithOutbound(_receiver.Address);
        await CrossAsync();
        using (await second.Client.GetAsync("/healthz"))
        {
            await Eventually.TrueAsync(() =>
            {
                second.Time.Advance(Tick);
                _app.Time.Advance(Tick);
                return Rows.Count(_app, "alerts WHERE delivered_at IS NOT NULL") == 1;
            });
        }

        Assert.Single(_receiver.Calls);
    }

    [Fact]
    public async Task The_secret_is_sealed_stays_the_same_and_is_not_there_without_a_webhook()
    {
        var without = await _app.CreateChannelAsync();
        using (var none = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{without.Id}/webhook-secret"))
            Assert.Equal(404, (int)none.StatusCode);
        var channel = await CreateAsync([]);
        var secrets = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SecretAsync(channel)));
        Assert.Single(secrets.Distinct());
        Assert.StartsWith("whsec_", secrets[0], StringComparison.Ordinal);
        Assert.NotEqual(secrets[0], await SecretAsync(await CreateAsync([])));
        Assert.Equal(0, Rows.Count(_app, $"channels WHERE instr(CAST(webhook_secret_sealed AS TEXT), '{secrets[0]}') > 0"));
    }

    [Theory]
    [InlineData("Production", "https://www.example.com/hook", 201)]
    [InlineData("Production", "http://127.0.0.1:9000/hook", 201)]
    [InlineData("Production", "http://localhost/hook", 201)]
    [InlineData("Production", "http://www.example.com/hook", 422)]
    [InlineData("Production", "https://user:word@www.example.com/hook", 422)]
    [InlineData("Production", "ftp://www.example.com/hook", 422)]
    [InlineData("Production", "hook", 422)]
    [InlineData("Development", "http://www.example.com/hook", 201)]
    public async Task Only_https_is_taken_but_on_this_machine_and_in_development(string environment, string url, int status)
    {
        await using var app = new ChatApp { Environment = environment };
        using var response = await app.AdminAsync(HttpMethod.Post, "/admin/v1/channels", new JsonObject { ["name"] = "x", ["alert_webhook_url"] = url });
        Assert.Equal(status, (int)response.StatusCode);
    }

    private Task<TestChannel> CreateAsync(JsonObject settings)
    {
        settings["alert_webhook_url"] = _receiver.Url;
        return _app.CreateChannelAsync(settings);
    }

    private async Task<TestChannel> CrossAsync()
    {
        var channel = await CreateAsync(new JsonObject { ["requests_per_day"] = 10, ["alert_daily_percent"] = 10 });
        await AskAndWatchAsync(channel);
        await RecordedAsync(1);
        return channel;
    }

    private async Task AskAndWatchAsync(TestChannel channel)
    {
        await _app.AskAsync(channel, "hi", $"session-{_app.Time.GetTimestamp()}");
        await WatchedAsync();
    }

    // A refusal without an alert of its own goes through the same flush: when it is counted, the thresholds before it were looked at.
    private async Task WatchedAsync()
    {
        for (var flush = 0; flush < 2; flush++)
        {
            var counted = Rows.Scalar(_app, "SELECT COALESCE(SUM(count), 0) FROM refusals");
            var marker = await _app.CreateChannelAsync();
            using (await _app.PostAsync(marker.Key, "{}"))
            {
                await Eventually.TrueAsync(() =>
                {
                    _app.Time.Advance(Tick);
                    return Rows.Scalar(_app, "SELECT COALESCE(SUM(count), 0) FROM refusals") > counted;
                });
            }
        }
    }

    private Task RecordedAsync(int alerts) => Eventually.TrueAsync(() => Rows.Count(_app, "alerts") == alerts);

    private Task DeliveredAsync(int alerts) => Eventually.TrueAsync(() =>
    {
        _app.Time.Advance(Tick);
        return Rows.Count(_app, "alerts WHERE delivered_at IS NOT NULL") == alerts;
    });

    private Task AttemptedAsync(int attempts) => Eventually.TrueAsync(() =>
    {
        if (Rows.Scalar(_app, "SELECT MAX(attempts) FROM alerts") < attempts)
            _app.Time.Advance(Tick);
        return _receiver.Calls.Count == attempts && Rows.Scalar(_app, "SELECT MAX(attempts) FROM alerts") == attempts;
    });

    private async Task<string> SecretAsync(TestChannel channel)
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/webhook-secret");
        Assert.Equal(200, (int)response.StatusCode);
        return (string)(await response.JsonAsync())["secret"]!;
    }
}
