using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Streaming;

public sealed class OneTurnTests : StreamTest
{
    [Fact]
    public async Task A_turn_is_pending_then_done_with_the_whole_answer()
    {
        var held = Hold(["half"], " and half");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var id = await stream.StartAsync();
        await held.Reached.Task;
        Assert.Equal((200, """{"status":"pending"}"""), await ReadAsync(id));
        held.Release.SetResult();
        var done = (await stream.RestAsync())[^1].Data;
        var expected = new JsonObject { ["status"] = "done" };
        foreach (var (name, value) in done)
            expected[name] = value!.DeepClone();
        var (status, body) = await ReadAsync(id);
        Assert.Equal(200, status);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(body)), body);
        Assert.StartsWith("""{"status":"done","reply":"half and half",""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_without_a_stream_can_be_read_joined_and_answered_all_the_same()
    {
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        Upstream.OnRequest = async (request, context) =>
        {
            Assert.False(request.IsStreamed);
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "whole");
        };
        var sending = App.AskAsync(Channel, "hello");
        await asked.Task;
        var id = PendingId();
        Assert.Equal((200, """{"status":"pending"}"""), await ReadAsync(id));
        await using var joined = await StreamReading.JoinAsync(App, Channel, id);
        Assert.Equal(id, await joined.StartAsync());
        release.SetResult();
        Assert.Equal("whole", await joined.DeltaAsync());
        Assert.True(JsonNode.DeepEquals(await sending, await joined.NextAsync("done")));
    }

    [Fact]
    public async Task Two_that_join_at_different_times_both_read_from_the_beginning()
    {
        var held = Hold(["one ", "two "], "three");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var id = await stream.StartAsync();
        await using var early = await StreamReading.JoinAsync(App, Channel, id);
        await held.Reached.Task;
        Assert.Equal("one ", await stream.DeltaAsync());
        Assert.Equal("two ", await stream.DeltaAsync());
        await using var late = await StreamReading.JoinAsync(App, Channel, id);
        await late.StartAsync();
        Assert.Equal("one ", await late.DeltaAsync());
        held.Release.SetResult();
        await stream.RestAsync();
        await using var after = await StreamReading.JoinAsync(App, Channel, id);
        var (first, second, third) = (await early.RestAsync(), await late.RestAsync(), await after.RestAsync());
        Assert.Equal(["start", "delta", "delta", "delta", "done"], first.Select(item => item.Name));
        Assert.Equal(first.Skip(2).Select(item => item.Data.ToJsonString()), second.Select(item => item.Data.ToJsonString()));
        Assert.Equal(["start", "delta", "done"], third.Select(item => item.Name));
        Assert.Equal(first[^1].Data.ToJsonString(), third[^1].Data.ToJsonString());
        Assert.Single(Upstream.Requests);
    }

    [Fact]
    public async Task Stopped_in_the_middle_what_was_said_is_the_reply_and_is_charged_and_the_upstream_is_let_go()
    {
        var held = Hold(["123", "456"]);
        await using var stream = await StreamReading.AskAsync(App, Channel, "123");
        var id = await stream.StartAsync();
        await stream.DeltaAsync();
        await stream.DeltaAsync();
        Assert.Equal(204, await StopAsync(id));
        var done = await stream.NextAsync("done");
        Assert.Equal("123456", (string)done["reply"]!);
        Assert.Equal(0.007m, (decimal)done["usage"]!["credits"]!);
        Assert.Equal((0.007m, 0m), await AccountAsync());
        await held.Cut.Task.WaitAsync(Eventually.Patience);
        Assert.Equal("123456", (string)(await App.HistoryAsync(Channel))[1]!["content"]!);
        Assert.Equal(204, await StopAsync(id));
        Assert.Equal((0.007m, 0m), await AccountAsync());
        Assert.Equal(0, Rows.Count(App, "turns WHERE stop_requested <> 0"));
        Assert.Empty(Complaints());
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stopped_before_anything_was_said_it_is_the_empty_reply_at_the_price_of_the_prompt(bool streamed)
    {
        var held = new HeldUpstream();
        Upstream.OnRequest = async (_, context) =>
        {
            held.Reached.TrySetResult();
            await held.CutWhen(context);
        };
        using var sending = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Content = StreamReading.JsonOf(new JsonObject { ["message"] = "123", ["session_id"] = "session-1", ["stream"] = streamed }),
        };
        sending.Headers.Add("X-API-Key", Channel.Key);
        var answering = App.Client.SendAsync(sending);
        await held.Reached.Task;
        var id = PendingId();
        Assert.Equal(204, await StopAsync(id));
        using var answer = await answering;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\"reply\":\"\",\"reply_html\":\"\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("delta", text, StringComparison.Ordinal);
        Assert.Equal((0.005m, 0m), await AccountAsync());
        await held.Cut.Task.WaitAsync(Eventually.Patience);
        Assert.StartsWith("""{"status":"done","reply":"",""", (await ReadAsync(id)).Body, StringComparison.Ordinal);
        Assert.Equal("user", (string)Assert.Single(await App.HistoryAsync(Channel))!["role"]!);
        Upstream.Replies("better");
        await App.AskAsync(Channel, "Once more.");
        Assert.Equal([("user", "Once more.")], Upstream.LastRequest.Messages);
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Theory]
    [InlineData("not-an-id")]
    [InlineData("01997c0e-4b7a-7c3a-b5c6-9ea05dd3b99a")]
    public async Task What_does_not_exist_is_404(string id)
    {
        await IsNotFoundAsync(Channel, id);
    }

    [Fact]
    public async Task A_turn_of_another_channel_is_404_and_stays_as_it_is()
    {
        var other = await App.CreateChannelAsync();
        var held = Hold(["a"], "b");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var id = await stream.StartAsync();
        await IsNotFoundAsync(other, id.ToString());
        held.Release.SetResult();
        Assert.Equal("ab", (string)(await stream.RestAsync())[^1].Data["reply"]!);
        await IsNotFoundAsync(other, id.ToString());
        Assert.Equal(0, Rows.Count(App, "feedback"));
    }

    [Fact]
    public async Task A_forgotten_or_expired_session_has_no_turns_any_more()
    {
        var forgotten = (string)(await App.AskAsync(Channel, "hello", "a"))["message_id"]!;
        var expired = (string)(await App.AskAsync(Channel, "hello", "b"))["message_id"]!;
        await App.GetAsync(Channel, "/history?session_id=a", HttpMethod.Delete);
        await IsNotFoundAsync(Channel, forgotten);
        App.Time.SetWallClock(App.Time.GetUtcNow() + TimeSpan.FromHours(24));
        await IsNotFoundAsync(Channel, expired);
    }

    [Fact]
    public async Task A_turn_whose_session_is_forgotten_while_it_runs_goes_on_for_its_reader_and_is_404_to_others()
    {
        var held = Hold(["a"], "b");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", "s");
        var id = await stream.StartAsync();
        await App.GetAsync(Channel, "/history?session_id=s", HttpMethod.Delete);
        await IsNotFoundAsync(Channel, id.ToString());
        held.Release.SetResult();
        Assert.Equal("ab", (string)(await stream.RestAsync())[^1].Data["reply"]!);
        Assert.Equal(0, Rows.Count(App, "turns WHERE message <> '' OR reply <> ''"));
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "/stop")]
    [InlineData("POST", "/feedback")]
    public async Task The_key_and_the_channel_are_checked_first(string method, string operation)
    {
        var path = $"/api/chat/01997c0e-4b7a-7c3a-b5c6-9ea05dd3b99a{operation}";
        using var without = await App.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(401, (int)without.StatusCode);
        await App.EditChannelAsync(Channel, new JsonObject { ["active"] = false });
        using var inactive = await App.GetAsync(Channel, path, new HttpMethod(method));
        Assert.Equal(403, (int)inactive.StatusCode);
    }

    [Fact]
    public async Task Looking_counts_in_no_minute_and_a_full_minute_does_not_refuse_it_but_a_flood_is_shed()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["requests_per_minute"] = 1 });
        var id = Guid.Parse((string)(await App.AskAsync(Channel, "hello"))["message_id"]!);
        Assert.Equal(429, (int)(await App.SendAsync(Channel, "another")).StatusCode);
        for (var i = 0; i < 1_000; i++)
        {
            using var read = await App.GetAsync(Channel, $"/chat/{id}");
            Assert.Equal(200, (int)read.StatusCode);
        }

        Assert.Equal(1, Rows.Scalar(App, "SELECT minute_count FROM channel_usage;"));
        using var shed = await App.GetAsync(Channel, $"/chat/{id}");
        Assert.Equal((429, TimeSpan.FromSeconds(30)), ((int)shed.StatusCode, shed.Headers.RetryAfter!.Delta));
        App.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (await ReadAsync(id)).Status);
        // The clock has also sent the counts on their way to the store.
        await Eventually.TrueAsync(() => Rows.Count(App, "refusals") == 1);
        using var usage = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Channel.Id}/usage");
        Assert.Equal("""{"rate_limit_exceeded":1}""", (await usage.JsonAsync())["total"]!["refused_by"]!.ToJsonString());
    }

    private async Task IsNotFoundAsync(TestChannel channel, string id)
    {
        foreach (var (method, operation) in new[] { ("GET", ""), ("POST", "/stop"), ("POST", "/feedback") })
        {
            var request = new HttpRequestMessage(new HttpMethod(method), $"/chat/{id}{operation}") { Content = operation == "/feedback" ? StreamReading.JsonOf(new JsonObject { ["rating"] = 1 }) : null };
            request.Headers.Add("X-API-Key", channel.Key);
            request.Headers.Add("Accept", method == "GET" ? "text/event-stream" : "application/json");
            using var response = await App.Client.SendAsync(request);
            Assert.Equal((404, """{"error":"Not found","code":"not_found"}"""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        }
    }

    private Guid PendingId() => Guid.Parse(Rows.Text(App, "SELECT message_id FROM turns WHERE state = 0;"));

    private async Task<(int Status, string Body)> ReadAsync(Guid id)
    {
        using var response = await App.GetAsync(Channel, $"/chat/{id}");
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<int> StopAsync(Guid id)
    {
        using var response = await App.GetAsync(Channel, $"/chat/{id}/stop", HttpMethod.Post);
        return (int)response.StatusCode;
    }
}
