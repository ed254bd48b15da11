using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class AuditTests : IAsyncLifetime
{
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
    public async Task Channels_that_answered_failed_and_forgot_keep_every_invariant()
    {
        var (first, second) = (await _app.CreateChannelAsync(), await _app.CreateChannelAsync());
        await _app.AskAsync(first, "hi");
        await _app.AskAsync(second, "hi");
        _upstream.RepliesRaw(500, "text/plain", "no");
        using (await _app.SendAsync(first, "hi"))
        using (await _app.GetAsync(second, "/history?session_id=session-1", HttpMethod.Delete))
        {
            var audit = await AuditAsync();
            Assert.True((bool)audit["ok"]!, audit.ToJsonString());
            Assert.Equal(2, (int)audit["channels"]!);
            Assert.Empty(audit["violations"]!.AsArray());
        }
    }

    [Fact]
    public async Task A_running_turn_is_a_reservation_and_no_violation()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        _upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await answer.Task;
            await FakeUpstream.Answer(context, "There.");
        };
        var channel = await _app.CreateChannelAsync();
        var sent = _app.AskAsync(channel, "hi");
        await asked.Task;
        Assert.True((decimal)(await _app.ReadChannelAsync(channel))["credits_reserved"]! > 0);
        Assert.True((bool)(await AuditAsync())["ok"]!);
        answer.SetResult();
        await sent;
    }

    [Theory]
    [InlineData("DELETE FROM channel_usage", "has_account", 1, 0)]
    [InlineData("UPDATE channel_usage SET allocated = allocated + 1000000", "allocated_is_granted", 1000, 1001)]
    [InlineData("INSERT INTO credit_grants (channel_id, credits, note, created_at) SELECT channel_id, 2000000, '', 0 FROM channels", "allocated_is_granted", 1002, 1000)]
    [InlineData("UPDATE channel_usage SET consumed = consumed + 1000000", "consumed_is_charged", 0.05, 1.05)]
    [InlineData("UPDATE channel_usage SET reserved = reserved + 1000000", "reserved_is_pending", 0, 1)]
    [InlineData("UPDATE channel_usage SET reserved = 1000000000", "within_allocated", 1000, 1000.05)]
    [InlineData("DELETE FROM usage", "replies_are_charged", 0, 1)]
    [InlineData("UPDATE usage SET credits = 0", "replies_are_charged", 0, 1)]
    [InlineData("UPDATE usage SET credits = 0", "charges_have_replies", 0, 1)]
    [InlineData("UPDATE turns SET state = 2", "charges_have_replies", 0, 1)]
    [InlineData("UPDATE turns SET state = 0, lease_until = 0", "leases_end", 0, 1)]
    public async Task A_row_that_was_tampered_with_is_named(string sql, string invariant, double expected, double actual)
    {
        var channel = await _app.CreateChannelAsync();
        await _app.AskAsync(channel, "hi");
        Assert.True((bool)(await AuditAsync())["ok"]!);

        Rows.Execute(_app, $"PRAGMA ignore_check_constraints = ON; {sql};");

        var audit = await AuditAsync();
        Assert.False((bool)audit["ok"]!);
        var violation = Assert.Single(audit["violations"]!.AsArray(), found => (string)found!["invariant"]! == invariant)!;
        Assert.Equal(channel.Id, (Guid)violation["channel_id"]!);
        Assert.Equal((decimal)expected, (decimal)violation["expected"]!);
        Assert.Equal((decimal)actual, (decimal)violation["actual"]!);
    }

    [Fact]
    public async Task Only_the_channel_that_is_wrong_is_named()
    {
        var (_, second) = (await _app.CreateChannelAsync(), await _app.CreateChannelAsync());
        Rows.Execute(_app, "UPDATE channel_usage SET reserved = 1 WHERE channel_id = (SELECT MAX(channel_id) FROM channels);");
        var violation = Assert.Single((await AuditAsync())["violations"]!.AsArray())!;
        Assert.Equal(second.Id, (Guid)violation["channel_id"]!);
    }

    [Fact]
    public async Task A_lease_that_ended_a_moment_ago_still_has_time_for_a_sweep()
    {
        var channel = await _app.CreateChannelAsync();
        await _app.AskAsync(channel, "hi");
        Rows.Execute(_app, $"UPDATE turns SET state = 0, lease_until = {ChatApp.Noon.AddSeconds(-90).ToUnixTimeMilliseconds()};");
        Assert.DoesNotContain((await AuditAsync())["violations"]!.AsArray(), found => (string)found!["invariant"]! == "leases_end");
    }

    [Fact]
    public async Task Without_the_operator_s_token_there_is_no_audit()
    {
        using var response = await _app.Client.GetAsync("/admin/v1/audit");
        Assert.Equal(401, (int)response.StatusCode);
    }

    private async Task<JsonObject> AuditAsync()
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, "/admin/v1/audit");
        Assert.Equal(200, (int)response.StatusCode);
        return await response.JsonAsync();
    }
}
