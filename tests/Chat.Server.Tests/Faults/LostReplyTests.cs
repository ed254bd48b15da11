using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Faults;

/// <summary>The reply to a commit is lost, in each of the product's transactions, before or after the engine had it: callers notice nothing.</summary>
public sealed class LostReplyTests
{
    private const string Admission = "INSERT INTO turns", Settlement = "INSERT INTO usage", Release = "SET state = 2", Grant = "INSERT INTO credit_grants";

    [Theory]
    [InlineData(Admission, Step.Commit)]
    [InlineData(Admission, Step.Committed)]
    [InlineData(Settlement, Step.Commit)]
    [InlineData(Settlement, Step.Committed)]
    public async Task A_chat_is_answered_stored_and_charged_once(string transaction, Step step)
    {
        await using var service = await FaultyService.StartAsync();
        service.LoseConnectionOnce(step, transaction);

        var answer = await service.App.AskAsync(service.Channel, "hi");

        Assert.Equal("You said: hi", (string)answer["reply"]!);
        Assert.Single(service.Upstream.Requests);
        Assert.Equal(1, service.Scalar($"SELECT COUNT(*) FROM turns WHERE state = 1 AND message_id = '{(string)answer["message_id"]!}'"));
        Assert.Equal((1, 1), (service.Scalar("SELECT COUNT(*) FROM turns"), service.Scalar("SELECT COUNT(*) FROM usage")));
        Assert.Equal((FaultyService.Cost, 0), (service.Scalar("SELECT SUM(consumed) FROM channel_usage"), service.Scalar("SELECT SUM(reserved) FROM channel_usage")));
        Assert.Equal((1, 1), (service.Scalar("SELECT SUM(day_count) FROM channel_usage"), service.Scalar("SELECT SUM(minute_count) FROM channel_usage")));
        Assert.Equal("[]", await service.AuditAsync());
    }

    [Theory]
    [InlineData(Step.Commit)]
    [InlineData(Step.Committed)]
    public async Task A_keyed_chat_is_answered_and_not_taken_for_its_own_twin(Step step)
    {
        await using var service = await FaultyService.StartAsync();
        service.LoseConnectionOnce(step, Admission);
        using var first = await KeyedAsync(service, "key-1");
        using var second = await KeyedAsync(service, "key-1");
        Assert.Equal((200, 200), ((int)first.StatusCode, (int)second.StatusCode));
        Assert.Equal((false, true), (first.Headers.Contains("Idempotency-Replayed"), second.Headers.Contains("Idempotency-Replayed")));
        Assert.Equal(1, service.Scalar("SELECT COUNT(*) FROM usage"));
    }

    [Theory]
    [InlineData(Step.Commit)]
    [InlineData(Step.Committed)]
    public async Task A_reply_that_failed_gives_back_and_is_counted_once(Step step)
    {
        await using var service = await FaultyService.StartAsync();
        service.Upstream.RepliesRaw(400, "text/plain", "no");
        service.LoseConnectionOnce(step, Release);

        using var response = await service.App.SendAsync(service.Channel, "hi");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal((0, 0), (service.Scalar("SELECT SUM(reserved) FROM channel_usage"), service.Scalar("SELECT SUM(day_count) FROM channel_usage")));
        service.App.Time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => service.Scalar("SELECT COALESCE(SUM(count), 0) FROM refusals WHERE kind = 1") == 1);
        Assert.Equal("[]", await service.AuditAsync());
    }

    [Theory]
    [InlineData(Step.Commit, null)]
    [InlineData(Step.Committed, null)]
    [InlineData(Step.Commit, "key-1")]
    [InlineData(Step.Committed, "key-1")]
    public async Task A_grant_counts_once_and_is_answered_as_the_first(Step step, string? key)
    {
        await using var service = await FaultyService.StartAsync();
        service.LoseConnectionOnce(step, Grant);
        using var response = await service.GrantAsync(25, key);
        Assert.Equal(201, (int)response.StatusCode);
        Assert.False(response.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(1_000_025m, (decimal)(await response.JsonAsync())["credits_allocated"]!);
        Assert.Equal(1_000_025_000_000, service.Scalar("SELECT SUM(allocated) FROM channel_usage"));
        Assert.Equal("[]", await service.AuditAsync());
    }

    [Theory]
    [InlineData(Step.Commit)]
    [InlineData(Step.Committed)]
    public async Task A_channel_is_made_once_and_the_key_that_is_told_is_its_own(Step step)
    {
        await using var service = await FaultyService.StartAsync();
        service.LoseConnectionOnce(step, "INSERT INTO channels");
        var channel = await service.App.CreateChannelAsync(new JsonObject { ["name"] = "Second" });
        await service.App.AskAsync(channel, "hi");
        Assert.Equal(2, service.Scalar("SELECT COUNT(*) FROM channels"));
    }

    [Theory]
    [InlineData(Step.Commit)]
    [InlineData(Step.Committed)]
    public async Task A_rotation_ends_the_old_key_and_tells_the_new_one(Step step)
    {
        await using var service = await FaultyService.StartAsync();
        await service.App.AskAsync(service.Channel, "hi");
        service.LoseConnectionOnce(step, "SET key_hash");
        using var rotated = await service.App.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{service.Channel.Id}/key/rotate");
        var key = (string)(await rotated.JsonAsync())["key"]!;
        await service.App.AskAsync(service.Channel with { Key = key }, "hi");
        using var old = await service.App.SendAsync(service.Channel, "hi");
        Assert.Equal(401, (int)old.StatusCode);
    }

    [Fact]
    public async Task A_disabling_whose_outcome_stays_unknown_is_503_and_is_seen_here_at_once_if_it_was_kept()
    {
        await using var service = await FaultyService.StartAsync(budget: TimeSpan.FromMilliseconds(200));
        await service.App.AskAsync(service.Channel, "hi");
        service.Plan(moment => moment.Is(Step.Committed, "active = @Active") || moment.Is(Step.Statement, "FROM commit_marks") ? SqlFault.Of(10060, 20) : null);
        using var edit = await service.App.AdminAsync(HttpMethod.Patch, $"/admin/v1/channels/{service.Channel.Id}", new JsonObject { ["active"] = false });
        service.Mend();
        Assert.Equal(503, (int)edit.StatusCode);
        using var after = await service.App.SendAsync(service.Channel, "hi");
        Assert.Equal(403, (int)after.StatusCode);
    }

    [Theory]
    [InlineData(Step.Commit)]
    [InlineData(Step.Committed)]
    public async Task Counts_whose_outcome_stayed_unknown_are_handed_in_again_and_count_once(Step step)
    {
        await using var service = await FaultyService.StartAsync(budget: TimeSpan.FromMilliseconds(200));
        for (var count = 0; count < 3; count++)
            (await service.App.PostAsync(service.Channel.Key, "no JSON")).Dispose();
        // From the moment when the transaction is in doubt, everything fails.
        var inDoubt = false;
        service.Plan(moment =>
        {
            inDoubt |= moment.Is(step, "refusals");
            return inDoubt ? SqlFault.Of(10060, 20) : null;
        });
        service.App.Time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => service.App.Log.Lines.Any(line => line.Contains("could not be kept", StringComparison.Ordinal)));
        service.Mend();
        (await service.App.PostAsync(service.Channel.Key, "no JSON")).Dispose();

        // The first batch goes first; what came since follows with the next round.
        for (var rounds = 0; rounds < 2; rounds++)
        {
            service.App.Time.Advance(TimeSpan.FromSeconds(5));
            await Eventually.TrueAsync(() => service.Scalar("SELECT COALESCE(SUM(count), 0) FROM refusals") >= 3 + rounds);
        }

        Assert.Equal(4, service.Scalar("SELECT SUM(count) FROM refusals"));
    }

    [Fact]
    public async Task A_settlement_that_the_store_lost_sight_of_is_tried_later_and_found_done()
    {
        await using var service = await FaultyService.StartAsync(budget: TimeSpan.FromMilliseconds(100));
        var inDoubt = false;
        service.Plan(moment =>
        {
            inDoubt |= moment.Is(Step.Committed, Settlement);
            return inDoubt ? SqlFault.Of(10060, 20) : null;
        });
        var asking = service.App.AskAsync(service.Channel, "hi");
        await Eventually.TrueAsync(() => service.App.Log.Lines.Any(line => line.Contains("what became of it could not be looked up", StringComparison.Ordinal)));
        Assert.False(asking.IsCompleted);
        service.Mend();
        await Eventually.TrueAsync(() =>
        {
            service.App.Time.Advance(TimeSpan.FromMilliseconds(100));
            return asking.IsCompleted;
        });

        Assert.Equal("You said: hi", (string)(await asking)["reply"]!);
        Assert.Equal((1, FaultyService.Cost), (service.Scalar("SELECT COUNT(*) FROM usage"), service.Scalar("SELECT SUM(consumed) FROM channel_usage")));
        Assert.Equal("[]", await service.AuditAsync());
    }

    [Fact]
    public async Task What_befell_the_store_is_measured_under_few_tags()
    {
        using var measured = new Measured("Chat.Storage");
        await using var service = await FaultyService.StartAsync(budget: TimeSpan.FromMilliseconds(200));
        foreach (var (step, transaction) in new[] { (Step.Statement, Admission), (Step.Commit, Admission), (Step.Committed, Admission), (Step.Committed, Settlement) })
        {
            service.LoseConnectionOnce(step, transaction);
            await service.App.AskAsync(service.Channel, "hi");
        }

        service.Plan(_ => SqlFault.Of(1205, 13));
        Assert.Equal(503, (int)(await service.App.SendAsync(service.Channel, "hi")).StatusCode);
        service.Plan(moment => moment.Is(Step.Committed, Grant) || moment.Is(Step.Executed, "FROM commit_marks") ? SqlFault.Of(10054, 20) : null);
        Assert.Equal(503, (int)(await service.GrantAsync(1)).StatusCode);

        Assert.True(measured.Sum("chat.storage.retries", "kind=connection") >= 4);
        Assert.True(measured.Sum("chat.storage.retries", "kind=conflict") >= 1);
        Assert.True(measured.Sum("chat.storage.exhausted", "kind=conflict") >= 1);
        foreach (var resolution in (string[])["kept", "not_kept", "repeated", "unresolved"])
            Assert.True(measured.Sum("chat.storage.unknown_outcomes", $"resolution={resolution}") >= 1, resolution);
        Assert.All(measured.Tags, tag => Assert.Contains(tag, (string[])["kind", "resolution"]));
    }

    private static async Task<HttpResponseMessage> KeyedAsync(FaultyService service, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Content = new StringContent("""{"message":"hi","session_id":"s"}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-API-Key", service.Channel.Key);
        request.Headers.Add("Idempotency-Key", key);
        return await service.App.Client.SendAsync(request);
    }
}
