using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Conversations;

public sealed class SendMessageTests : IAsyncLifetime
{
    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;
    private TestChannel _channel = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _app = new ChatApp().WithProvider("mock", _upstream);
        _channel = await _app.CreateChannelAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_is_to_the_byte_what_the_contract_shows()
    {
        _upstream.Replies("The **capital** of France is Paris.");
        using var response = await _app.SendAsync(_channel, "What is the capital of France?", "test-001");
        var text = await response.Content.ReadAsStringAsync();
        var id = (string)JsonNode.Parse(text)!["message_id"]!;
        Assert.Equal('7', id[14]);
        Assert.Equal(
            $$$"""{"reply":"The **capital** of France is Paris.","reply_html":"<p>The <strong>capital</strong> of France is Paris.</p>\n","session_id":"test-001","message_id":"{{{id}}}","usage":{"prompt_tokens":41,"completion_tokens":9,"total_tokens":50,"credits":0.05}}""",
            text);
    }

    [Fact]
    public async Task The_history_is_to_the_byte_what_the_contract_shows()
    {
        _upstream.Replies("Hi! How can I help?");
        await _app.AskAsync(_channel, "Hello!");
        _upstream.Replies("**Yes**");
        _app.Time.Advance(TimeSpan.FromMilliseconds(1_500));
        await _app.AskAsync(_channel, "Really?");
        using var response = await _app.GetAsync(_channel, "/history?session_id=session-1");
        Assert.Equal(
            """{"messages":[{"role":"user","content":"Hello!","content_html":"<p>Hello!</p>\n","created_at":"2026-04-05T12:00:30Z"},{"role":"assistant","content":"Hi! How can I help?","content_html":"<p>Hi! How can I help?</p>\n","created_at":"2026-04-05T12:00:30Z"},{"role":"user","content":"Really?","content_html":"<p>Really?</p>\n","created_at":"2026-04-05T12:00:31.5Z"},{"role":"assistant","content":"**Yes**","content_html":"<p><strong>Yes</strong></p>\n","created_at":"2026-04-05T12:00:31.5Z"}]}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Both_paths_are_the_same_surface()
    {
        using var sent = await _app.PostAsync(_channel.Key, new StringContent("""{"message":"hello","session_id":"session-1"}""", null, "application/json"), "/api/chat");
        Assert.Equal(200, (int)sent.StatusCode);
        using var response = await _app.GetAsync(_channel, "/api/history?session_id=session-1");
        Assert.Equal(2, (await response.JsonAsync())["messages"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("😀👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿")]
    [InlineData("line one\nline two\r\nline three\ttab")]
    [InlineData("<script>alert(1)</script> & \"quotes\" ' \\ /")]
    [InlineData("مرحبا بالعالم שלום עולם")]
    [InlineData("Z̶̢̛͖a̷l̸g̶o̷")]
    [InlineData("{\"json\": [1, 2]}")]
    [InlineData("'; DROP TABLE turns; --")]
    public async Task A_text_arrives_and_comes_back_unchanged(string text)
    {
        _upstream.Replies(text);
        var reply = await _app.AskAsync(_channel, text);
        Assert.Equal(text, (string)reply["reply"]!);
        Assert.Equal(text, _upstream.LastRequest.Question);
        var history = await _app.HistoryAsync(_channel);
        Assert.Equal([text, text], history.Select(message => (string)message!["content"]!));
        Assert.DoesNotContain("<script", (string)history[0]!["content_html"]!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_finds_the_reply_in_the_history_and_it_is_charged()
    {
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "Here all the same.");
        };
        using var hangUp = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = new StringContent("""{"message":"hello","session_id":"session-1"}""", null, "application/json") };
        request.Headers.Add("X-API-Key", _channel.Key);
        var sending = _app.Client.SendAsync(request, hangUp.Token);
        await asked.Task;
        Assert.Equal("hello", (string)Assert.Single(await _app.HistoryAsync(_channel))!["content"]!);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        release.SetResult();
        await Eventually.TrueAsync(() => Rows.Count(_app, "turns WHERE state = 1") == 1);
        Assert.Equal("Here all the same.", (string)(await _app.HistoryAsync(_channel))[1]!["content"]!);
        Assert.Equal(0.05m, (decimal)(await _app.ReadChannelAsync(_channel))["credits_consumed"]!);
    }

    [Fact]
    public async Task A_failed_reply_gives_back_credits_and_its_place_in_the_day_and_leaves_no_trace_in_the_conversation()
    {
        var channel = await _app.CreateChannelAsync(new JsonObject { ["requests_per_day"] = 1 });
        _upstream.RepliesRaw(500, "text/plain", "");
        Assert.Equal(500, (int)(await _app.SendAsync(channel, "first try")).StatusCode);
        _upstream.Replies("better");
        await _app.AskAsync(channel, "second try");
        Assert.Equal([("user", "second try")], _upstream.LastRequest.Messages);
        Assert.Equal(["second try", "better"], (await _app.HistoryAsync(channel)).Select(message => (string)message!["content"]!));
        var json = await _app.ReadChannelAsync(channel);
        Assert.Equal((0.05m, 0m), ((decimal)json["credits_consumed"]!, (decimal)json["credits_reserved"]!));
    }

    [Fact]
    public async Task While_a_reply_is_made_its_credits_are_reserved()
    {
        var channel = await _app.CreateChannelAsync(new JsonObject { ["max_output_tokens"] = 100 });
        decimal reserved = 0;
        _upstream.OnRequest = async (_, context) =>
        {
            reserved = (decimal)(await _app.ReadChannelAsync(channel))["credits_reserved"]!;
            await FakeUpstream.Answer(context, "ok", 10, 10);
        };
        await _app.AskAsync(channel, "hi");
        Assert.InRange(reserved, 0.1m, 0.12m);
        Assert.Equal(0, (decimal)(await _app.ReadChannelAsync(channel))["credits_reserved"]!);
    }

    [Fact]
    public async Task Turns_of_one_session_that_run_at_once_are_all_kept()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _app.AskAsync(_channel, $"question {i}")));
        Assert.Equal(20, replies.Select(reply => (string)reply["message_id"]!).Distinct().Count());
        Assert.Equal(40, (await _app.HistoryAsync(_channel)).Count);
        Assert.Equal(1, Rows.Count(_app, "threads"));
    }

    [Fact]
    public async Task A_turn_that_its_process_did_not_finish_is_failed_when_its_lease_ends_and_gives_everything_back()
    {
        await _app.AskAsync(_channel, "hello");
        // What a crash leaves: a pending turn with its reservation.
        Rows.Execute(_app, "UPDATE turns SET state = 0, reserved = 500000; UPDATE channel_usage SET reserved = reserved + 500000;");
        _app.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(0.5m, (decimal)(await _app.ReadChannelAsync(_channel))["credits_reserved"]!);
        _app.Time.Advance(TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(() => Rows.Count(_app, "turns WHERE state = 2 AND error_code = 'interrupted'") == 1);
        Assert.Equal(0m, (decimal)(await _app.ReadChannelAsync(_channel))["credits_reserved"]!);
        Assert.Empty(await _app.HistoryAsync(_channel));
    }

    [Fact]
    public async Task A_reply_that_takes_too_long_in_all_is_500_and_costs_nothing()
    {
        var asked = new TaskCompletionSource();
        _upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var sending = _app.SendAsync(_channel, "hello");
        await asked.Task;
        _app.Time.Advance(TimeSpan.FromMinutes(3));
        using var response = await sending;
        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal(0m, (decimal)(await _app.ReadChannelAsync(_channel))["credits_reserved"]!);
    }
}
