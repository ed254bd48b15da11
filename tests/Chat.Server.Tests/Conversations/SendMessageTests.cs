using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Conversations;

public sealed class SendMessageTests : AppTest
{
    [Fact]
    public async Task An_answer_is_to_the_byte_what_the_contract_shows()
    {
        Upstream.Replies("The **capital** of France is Paris.");
        using var response = await App.SendAsync(Channel, "What is the capital of France?", "test-001");
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
        Upstream.Replies("Hi! How can I help?");
        await App.AskAsync(Channel, "Hello!");
        Upstream.Replies("**Yes**");
        App.Time.Advance(TimeSpan.FromMilliseconds(1_500));
        await App.AskAsync(Channel, "Really?");
        using var response = await App.GetAsync(Channel, "/history?session_id=session-1");
        Assert.Equal(
            """{"messages":[{"role":"user","content":"Hello!","content_html":"<p>Hello!</p>\n","created_at":"2026-04-05T12:00:30Z","message_id":"…","status":"done"},{"role":"assistant","content":"Hi! How can I help?","content_html":"<p>Hi! How can I help?</p>\n","created_at":"2026-04-05T12:00:30Z","message_id":"…","status":"done"},{"role":"user","content":"Really?","content_html":"<p>Really?</p>\n","created_at":"2026-04-05T12:00:31.5Z","message_id":"…","status":"done"},{"role":"assistant","content":"**Yes**","content_html":"<p><strong>Yes</strong></p>\n","created_at":"2026-04-05T12:00:31.5Z","message_id":"…","status":"done"}]}""",
            Regex.Replace(await response.Content.ReadAsStringAsync(), "\"message_id\":\"[0-9a-f-]{36}\"", "\"message_id\":\"…\"", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Both_paths_are_the_same_surface()
    {
        using var sent = await App.PostAsync(Channel.Key, new StringContent("""{"message":"hello","session_id":"session-1"}""", null, "application/json"), "/api/chat");
        Assert.Equal(200, (int)sent.StatusCode);
        using var response = await App.GetAsync(Channel, "/api/history?session_id=session-1");
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
        Upstream.Replies(text);
        var reply = await App.AskAsync(Channel, text);
        Assert.Equal(text, (string)reply["reply"]!);
        Assert.Equal(text, Upstream.LastRequest.Question);
        var history = await App.HistoryAsync(Channel);
        Assert.Equal([text, text], history.Select(message => (string)message!["content"]!));
        Assert.DoesNotContain("<script", (string)history[0]!["content_html"]!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_finds_the_reply_in_the_history_and_it_is_charged()
    {
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        Upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "Here all the same.");
        };
        using var hangUp = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = new StringContent("""{"message":"hello","session_id":"session-1"}""", null, "application/json") };
        request.Headers.Add("X-API-Key", Channel.Key);
        var sending = App.Client.SendAsync(request, hangUp.Token);
        await asked.Task;
        Assert.Equal("hello", (string)Assert.Single(await App.HistoryAsync(Channel))!["content"]!);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        release.SetResult();
        await Eventually.TrueAsync(() => Rows.Count(App, "turns WHERE state = 1") == 1);
        Assert.Equal("Here all the same.", (string)(await App.HistoryAsync(Channel))[1]!["content"]!);
        Assert.Equal(0.05m, (decimal)(await App.ReadChannelAsync(Channel))["credits_consumed"]!);
    }

    [Fact]
    public async Task A_failed_reply_gives_back_credits_and_its_place_in_the_day_and_leaves_no_trace_in_the_conversation()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_day"] = 1 });
        Upstream.RepliesRaw(500, "text/plain", "");
        Assert.Equal(500, (int)(await App.SendAsync(channel, "first try")).StatusCode);
        Upstream.Replies("better");
        await App.AskAsync(channel, "second try");
        Assert.Equal([("user", "second try")], Upstream.LastRequest.Messages);
        Assert.Equal(["second try", "better"], (await App.HistoryAsync(channel)).Select(message => (string)message!["content"]!));
        var json = await App.ReadChannelAsync(channel);
        Assert.Equal((0.05m, 0m), ((decimal)json["credits_consumed"]!, (decimal)json["credits_reserved"]!));
    }

    [Fact]
    public async Task While_a_reply_is_made_its_credits_are_reserved()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["max_output_tokens"] = 100 });
        decimal reserved = 0;
        Upstream.OnRequest = async (_, context) =>
        {
            reserved = (decimal)(await App.ReadChannelAsync(channel))["credits_reserved"]!;
            await FakeUpstream.Answer(context, "ok", 10, 10);
        };
        await App.AskAsync(channel, "hi");
        Assert.InRange(reserved, 0.1m, 0.12m);
        Assert.Equal(0, (decimal)(await App.ReadChannelAsync(channel))["credits_reserved"]!);
    }

    [Fact]
    public async Task Turns_of_one_session_that_run_at_once_are_all_kept()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => App.AskAsync(Channel, $"question {i}")));
        Assert.Equal(20, replies.Select(reply => (string)reply["message_id"]!).Distinct().Count());
        Assert.Equal(40, (await App.HistoryAsync(Channel)).Count);
        Assert.Equal(1, Rows.Count(App, "threads"));
    }

    [Fact]
    public async Task A_turn_that_its_process_did_not_finish_is_failed_when_its_lease_ends_and_gives_everything_back()
    {
        await App.AskAsync(Channel, "hello");
        // What a crash leaves: a pending turn with its reservation.
        Rows.Execute(App, "UPDATE turns SET state = 0, reserved = 500000; UPDATE channel_usage SET reserved = reserved + 500000;");
        App.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(0.5m, (decimal)(await App.ReadChannelAsync(Channel))["credits_reserved"]!);
        App.Time.Advance(TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(() => Rows.Count(App, "turns WHERE state = 2 AND error_code = 'interrupted'") == 1);
        Assert.Equal(0m, (decimal)(await App.ReadChannelAsync(Channel))["credits_reserved"]!);
        Assert.Empty(await App.HistoryAsync(Channel));
    }

    public static TheoryData<int> Times => [.. Enumerable.Range(1, 20)];

    // Many times, because the provider's deadline ends at the same moment and either may be heard first.
    [Theory]
    [MemberData(nameof(Times))]
    public async Task A_reply_that_takes_too_long_in_all_is_500_and_costs_nothing(int time)
    {
        var asked = new TaskCompletionSource();
        Upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var sending = App.SendAsync(Channel, "hello");
        await asked.Task;
        App.Time.Advance(TimeSpan.FromMinutes(3));
        using var response = await sending;
        Assert.Equal((500, "ai_service_error"), ((int)response.StatusCode, (string)(await response.JsonAsync())["code"]!));
        Assert.True((decimal)(await App.ReadChannelAsync(Channel))["credits_reserved"]! == 0m, $"The {time}. time.");
    }
}
