using System.Globalization;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Streaming;

public sealed class StreamedReplyTests : StreamTest
{
    [Fact]
    public async Task The_transcript_is_as_the_contract_has_it_to_the_byte()
    {
        Upstream.OnRequest = (_, context) => context.StreamAsync("The **capi", "tal** \"is\"\r\n", "<Paris> 😀");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", "test-001");
        var raw = await stream.RawAsync();
        var id = raw[(raw.IndexOf("message_id\":\"", StringComparison.Ordinal) + 13)..][..36];
        Assert.Equal(
            ": open\n\n"
            + $$"""event: start{{"\n"}}data: {"message_id":"{{id}}","session_id":"test-001"}""" + "\n\n"
            + """event: delta""" + "\n" + """data: {"text":"The **capi"}""" + "\n\n"
            + """event: delta""" + "\n" + """data: {"text":"tal** \"is\"\r\n"}""" + "\n\n"
            + """event: delta""" + "\n" + """data: {"text":"<Paris> \uD83D\uDE00"}""" + "\n\n"
            + "event: done\n"
            + $$$"""data: {"reply":"The **capital** \"is\"\r\n<Paris> \uD83D\uDE00","reply_html":"<p>The <strong>capital</strong> &quot;is&quot;\n&lt;Paris&gt; \uD83D\uDE00</p>\n","session_id":"test-001","message_id":"{{{id}}}","usage":{"prompt_tokens":41,"completion_tokens":9,"total_tokens":50,"credits":0.05}}""" + "\n\n",
            raw);
        var headers = stream.Response.Headers;
        Assert.Equal("text/event-stream; charset=utf-8", stream.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal((200, "no-cache, no-transform", "no"), ((int)stream.Response.StatusCode, headers.NonValidated["Cache-Control"].ToString(), headers.GetValues("X-Accel-Buffering").Single()));
        Assert.Equal(59, int.Parse(headers.GetValues("X-RateLimit-Remaining").Single(), CultureInfo.InvariantCulture));
        Assert.Matches("^[0-9a-f]{32}$", headers.GetValues("X-Request-ID").Single());
        Assert.False(headers.Contains("Idempotency-Replayed"));
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Fact]
    public async Task What_is_done_is_what_a_caller_without_a_stream_gets_and_what_the_history_has()
    {
        var whole = await App.AskAsync(Channel, "hello", "a");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", "b");
        var (name, done) = (await stream.RestAsync())[^1];
        Assert.Equal("done", name);
        Assert.Equal(whole.Select(member => member.Key), done.Select(member => member.Key));
        Assert.Equal((string)whole["reply_html"]!, (string)done["reply_html"]!);
        Assert.Equal(whole["usage"]!.ToJsonString(), done["usage"]!.ToJsonString());
        Assert.Equal((string)done["reply"]!, (string)(await App.HistoryAsync(Channel, "b"))[1]!["content"]!);
        Assert.Equal([false, true], Upstream.Requests.Select(request => request.IsStreamed));
    }

    [Fact]
    public async Task Headers_and_start_are_there_before_the_upstream_answers_and_the_first_piece_before_it_ends()
    {
        var answer = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        Upstream.OnRequest = async (_, context) =>
        {
            await answer.Task;
            await context.BeginStreamAsync();
            await context.SayAsync("first");
            await end.Task;
            await context.SayAsync(" last");
            await context.EndStreamAsync();
        };
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        await stream.StartAsync();
        answer.SetResult();
        Assert.Equal("first", await stream.DeltaAsync());
        end.SetResult();
        Assert.Equal(" last", await stream.DeltaAsync());
        await stream.NextAsync("done");
    }

    [Theory]
    [InlineData("/chat")]
    [InlineData("/api/chat")]
    public async Task Accepting_events_asks_for_them_too(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = StreamReading.JsonOf(new JsonObject { ["message"] = "hello", ["session_id"] = "s" }) };
        request.Headers.Add("Accept", "application/json;q=0.5, text/event-stream");
        await using var stream = await StreamReading.OpenAsync(App, request, Channel);
        Assert.Equal(["start", "delta", "delta", "done"], (await stream.RestAsync()).Select(item => item.Name));
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("text/*")]
    [InlineData("application/json, text/event-stream;q=0")]
    [InlineData("nonsense")]
    public async Task Accepting_anything_or_nothing_of_the_kind_does_not(string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = StreamReading.JsonOf(new JsonObject { ["message"] = "hello", ["session_id"] = "s", ["stream"] = false }) };
        request.Headers.Add("X-API-Key", Channel.Key);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await App.Client.SendAsync(request);
        Assert.Equal((200, "application/json"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    [Theory]
    [InlineData("""{"message":"","session_id":"s","stream":true}""", 422, "invalid_request")]
    [InlineData("""{"message":"hello","session_id":"s","stream":"yes"}""", 422, "invalid_request")]
    [InlineData("""{"message":"hello","session_id":"s","stream":true""", 400, "malformed_json")]
    public async Task A_refusal_is_json_with_its_status(string body, int status, string code)
    {
        using var response = await App.PostAsync(Channel.Key, body);
        Assert.Equal((status, "application/json", code), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType, (string)(await response.JsonAsync())["code"]!));
        Assert.Empty(Upstream.Requests);
    }

    [Fact]
    public async Task A_limit_and_an_empty_balance_are_json_too()
    {
        var poor = await App.CreateChannelAsync(new JsonObject { ["credits"] = 0 });
        using var broke = await App.PostAsync(poor.Key, """{"message":"hello","session_id":"s","stream":true}""");
        Assert.Equal((403, "credits_exhausted"), ((int)broke.StatusCode, (string)(await broke.JsonAsync())["code"]!));
        await App.EditChannelAsync(Channel, new JsonObject { ["requests_per_minute"] = 1 });
        await App.AskAsync(Channel, "one");
        using var refused = await App.PostAsync(Channel.Key, """{"message":"hello","session_id":"s","stream":true}""");
        Assert.Equal((429, "rate_limit_exceeded"), ((int)refused.StatusCode, (string)(await refused.JsonAsync())["code"]!));
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Every_15_seconds_of_silence_there_is_a_comment()
    {
        var heartbeat = TimeSpan.FromSeconds(15);
        var held = Hold([], "now");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var opening = await stream.RawAsync(": open\n\n".Length);
        await held.Reached.Task;
        var start = "event: start\ndata: {\"message_id\":\"01997c0e-4b7a-7c3a-b5c6-9ea05dd3b99a\",\"session_id\":\"session-1\"}\n\n";
        await stream.RawAsync(start.Length);
        const string Comment = ": waiting\n\n";
        for (var i = 0; i < 3; i++)
        {
            var comment = stream.RawAsync(Comment.Length);
            // The reader's own wait begins when it has written.
            await Eventually.TrueAsync(() => App.Time.TimersDueIn(heartbeat) == 1);
            App.Time.Advance(heartbeat - TimeSpan.FromMilliseconds(1));
            Assert.False(comment.IsCompleted);
            App.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(Comment, await comment);
        }

        held.Release.SetResult();
        Assert.Contains("\"text\":\"now\"", await stream.RawAsync(), StringComparison.Ordinal);
        Assert.Equal(": open\n\n", opening);
    }

    [Fact]
    public async Task A_caller_that_hangs_up_finds_the_whole_reply_in_the_history_and_the_log_has_no_complaint()
    {
        var held = Hold(["half"], " and half");
        var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var messageId = await stream.StartAsync();
        Assert.Equal("half", await stream.DeltaAsync());
        await stream.DisposeAsync();
        held.Release.SetResult();
        await Eventually.TrueAsync(() => Rows.Count(App, "turns WHERE state = 1") == 1);
        Assert.Equal("half and half", (string)(await App.HistoryAsync(Channel))[1]!["content"]!);
        Assert.Equal((0.05m, 0m), await AccountAsync());
        Assert.False(held.Cut.Task.IsCompleted);
        await Eventually.TrueAsync(() => App.Log.Lines.Any(line => line.Contains("POST /chat answered", StringComparison.Ordinal)));
        Assert.Empty(Complaints());
        await using var again = await StreamReading.JoinAsync(App, Channel, messageId);
        Assert.Equal(["start", "delta", "done"], (await again.RestAsync()).Select(item => item.Name));
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("error")]
    [InlineData("unfinished")]
    public async Task A_reply_that_fails_after_its_first_piece_is_an_error_event_and_costs_nothing(string end)
    {
        var read = new TaskCompletionSource();
        Upstream.OnRequest = async (_, context) =>
        {
            await context.BeginStreamAsync();
            await context.SayAsync("half");
            await read.Task;
            if (end == "cut")
                context.Abort();
            else if (end == "error")
                await context.Response.WriteAsync("data: {\"error\":{\"message\":\"canary\"}}\n\n");
        };
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var messageId = await stream.StartAsync();
        Assert.Equal("half", await stream.DeltaAsync());
        read.SetResult();
        Assert.Equal("""{"error":"AI service error","code":"ai_service_error"}""", (await stream.NextAsync("error")).ToJsonString());
        Assert.Empty(await stream.RestAsync());
        Assert.Equal((0m, 0m), await AccountAsync());
        Assert.Equal(0, Rows.Scalar(App, "SELECT day_count FROM channel_usage;"));
        Assert.Empty(await App.HistoryAsync(Channel));
        using var failed = await App.GetAsync(Channel, $"/chat/{messageId}");
        Assert.Equal("""{"status":"failed","error":"AI service error","code":"ai_service_error"}""", await failed.Content.ReadAsStringAsync());
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Fact]
    public async Task The_time_to_the_first_piece_is_kept_for_streamed_replies_alone()
    {
        var held = Hold([], "late");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        await held.Reached.Task;
        App.Time.Advance(TimeSpan.FromMilliseconds(1_500));
        held.Release.SetResult();
        await stream.RestAsync();
        Assert.Equal(1_500, Rows.Scalar(App, "SELECT first_token_ms FROM usage;"));
        Upstream.Replies("whole");
        await App.AskAsync(Channel, "hello");
        Assert.Equal(1, Rows.Count(App, "usage WHERE first_token_ms IS NULL"));
        using var usage = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Channel.Id}/usage");
        Assert.InRange((long)(await usage.JsonAsync())["total"]!["first_token_ms"]!["p50"]!, 1_450, 1_550);
    }

    [Fact]
    public async Task A_stream_without_usage_is_charged_by_the_estimate()
    {
        Upstream.OnRequest = async (_, context) =>
        {
            await context.BeginStreamAsync();
            await context.SayAsync("123456");
            await context.EndStreamAsync(withUsage: false);
        };
        await using var stream = await StreamReading.AskAsync(App, Channel, "123");
        var usage = (await stream.RestAsync())[^1].Data["usage"]!;
        // Three bytes a token: one and four for the message, two for the reply.
        Assert.Equal((5, 2, 0.007m), ((int)usage["prompt_tokens"]!, (int)usage["completion_tokens"]!, (decimal)usage["credits"]!));
    }

    [Fact]
    public async Task A_retry_gets_the_first_answer_in_one_piece_and_costs_nothing_whichever_way_either_was_sent()
    {
        var streamed = Request("k-1", stream: true);
        await using (var first = await StreamReading.OpenAsync(App, streamed, Channel))
            Assert.Equal(4, (await first.RestAsync()).Count);
        await using (var again = await StreamReading.OpenAsync(App, Request("k-1", stream: true), Channel))
        {
            Assert.Equal("true", again.Response.Headers.GetValues("Idempotency-Replayed").Single());
            var events = await again.RestAsync();
            Assert.Equal(["start", "delta", "done"], events.Select(item => item.Name));
            Assert.Equal("You said: hello", (string)events[1].Data["text"]!);
        }

        using (var whole = await SendAsync(Request("k-1", stream: false)))
            Assert.Equal(("true", "You said: hello"), (whole.Headers.GetValues("Idempotency-Replayed").Single(), (string)(await whole.JsonAsync())["reply"]!));
        using (var other = await SendAsync(Request("k-1", stream: true, message: "other")))
            Assert.Equal(422, (int)other.StatusCode);
        Assert.Single(Upstream.Requests);
        Assert.Equal((0.05m, 0m), await AccountAsync());
    }

    [Fact]
    public async Task While_the_first_streams_its_twin_is_409()
    {
        var held = Hold(["a"], "b");
        await using var first = await StreamReading.OpenAsync(App, Request("k", stream: true), Channel);
        await first.StartAsync();
        using (var twin = await SendAsync(Request("k", stream: true)))
            Assert.Equal((409, TimeSpan.FromSeconds(1)), ((int)twin.StatusCode, twin.Headers.RetryAfter!.Delta));
        held.Release.SetResult();
        Assert.Equal("done", (await first.RestAsync())[^1].Name);
    }

    [Fact]
    public async Task Text_that_cannot_be_kept_is_mended_alike_in_the_stream_the_answer_and_the_history()
    {
        Upstream.OnRequest = async (_, context) =>
        {
            await context.BeginStreamAsync();
            foreach (var content in new[] { @"a\ud83d", @"\ude00b", @"c\u0000d", @"\ud83d" })
                await context.Response.WriteAsync($"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{content}\"}}}}]}}\n\n");
            await context.EndStreamAsync();
        };
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var events = await stream.RestAsync();
        Assert.Equal(["a", "😀b", "c\uFFFDd", "\uFFFD"], events.Where(item => item.Name == "delta").Select(item => (string)item.Data["text"]!));
        Assert.Equal("a😀bc\uFFFDd\uFFFD", (string)events[^1].Data["reply"]!);
        Assert.Equal("a😀bc\uFFFDd\uFFFD", (string)(await App.HistoryAsync(Channel))[1]!["content"]!);
    }

    private static HttpRequestMessage Request(string key, bool stream, string message = "hello")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Content = StreamReading.JsonOf(new JsonObject { ["message"] = message, ["session_id"] = "s", ["stream"] = stream }),
        };
        request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        request.Headers.Add("X-API-Key", Channel.Key);
        return App.Client.SendAsync(request);
    }
}
