using Chat.Client;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Client;

/// <summary>Streams as the client reads them, from a service that sends what a test says.</summary>
public sealed class StreamTests
{
    private const string Start = "event: start\ndata: {\"message_id\":\"m-1\",\"session_id\":\"s-1\",\"later\":1}\n\n";
    private static readonly string Done = $"event: done\ndata: {Answers.ReplyJson.ReplaceLineEndings(" ")}\n\n";

    [Fact]
    public async Task Events_come_typed_in_order_and_what_is_not_known_is_passed_over()
    {
        await using var service = await ScriptedService.StartAsync(Events(
            ": open\n\n",
            Start,
            "event: delta\ndata: {\"text\":\"The \"}\n\n",
            "event: later\ndata: {}\n\n",
            "event: html\ndata: {\"draft\":\"<p>The</p>\",\"context\":\"list\"}\n\n",
            "event: html\ndata: {\"block\":\"<p>The\"}\n\n",
            "event: html\ndata: {\"later\":\"\"}\n\n",
            ": waiting\n\n",
            Done,
            "event: delta\ndata: {\"text\":\"after the end\"}\n\n"));
        var events = await service.Client().StreamAsync(new ChatMessageRequest("hello", "s-1") { IdempotencyKey = "k" }, html: true).ToListAsync();
        Assert.Equal(
            [
                new ChatStarted("m-1", "s-1") { RequestId = "r-1", Replayed = true },
                new ChatDelta("The "),
                new ChatHtmlDraft("<p>The</p>", "list"),
                new ChatHtmlBlock("<p>The"),
            ],
            events.SkipLast(1));
        var reply = Assert.IsType<ChatCompleted>(events[^1]).Reply;
        Assert.Equal(("The **capital**", "m-1", 0.05m, "r-1", true), (reply.Reply, reply.MessageId, reply.Usage.Credits, reply.RequestId, reply.Replayed));
        var request = Assert.Single(service.Requests);
        Assert.Equal(("""{"message":"hello","session_id":"s-1","stream":true,"stream_html":true}""", "k", "text/event-stream"), (request.Body, request.Headers["Idempotency-Key"], request.Headers["Accept"]));
    }

    [Fact]
    public async Task Nothing_is_sent_before_somebody_reads()
    {
        await using var service = await ScriptedService.StartAsync(Events(Start, Done));
        var events = service.Client().StreamAsync("hello", "s");
        Assert.Empty(service.Requests);
        Assert.Equal(2, (await events.ToListAsync()).Count);
    }

    [Fact]
    public async Task A_refusal_is_thrown_as_with_any_other_call()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Error(429, "rate_limit_exceeded", ("Retry-After", "7")));
        var failure = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().StreamAsync("hello", "s").ToListAsync());
        Assert.Equal(("rate_limit_exceeded", 429, TimeSpan.FromSeconds(7), null), (failure.Code, (int)failure.StatusCode!, failure.RetryAfter, failure.MessageId));
    }

    [Fact]
    public async Task An_error_in_the_middle_is_thrown_after_what_was_said_and_names_the_turn()
    {
        await using var service = await ScriptedService.StartAsync(Events(
            Start, "event: delta\ndata: {\"text\":\"half\"}\n\n", "event: error\ndata: {\"error\":\"AI service error\",\"code\":\"ai_service_error\"}\n\n"));
        var (events, failure) = await ReadAsync(service.Client());
        Assert.Equal(["m-1", "half"], events.Select(item => item is ChatStarted started ? started.MessageId : ((ChatDelta)item).Text));
        Assert.Equal(("ai_service_error", "m-1", "r-1"), (failure.Code, failure.MessageId, failure.RequestId));
        Assert.NotNull(failure.IdempotencyKey);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_is_not_sent_again_but_can_be_joined()
    {
        var read = new TaskCompletionSource();
        await using var service = await ScriptedService.StartAsync(
            async context =>
            {
                await Events(Start)(context);
                await read.Task;
                context.Abort();
            },
            Events(Start, "event: delta\ndata: {\"text\":\"all of it\"}\n\n", Done));
        var client = service.Client();
        var (events, failure) = await ReadAsync(client, read.SetResult);
        Assert.Single(events);
        Assert.Equal("m-1", failure.MessageId);
        Assert.Equal(ChatErrorCodes.ConnectionFailed, failure.Code);
        Assert.Single(service.Requests);
        Assert.Equal(3, (await client.JoinAsync("m-1", html: true).ToListAsync()).Count);
        Assert.Equal(("GET", "/chat/m-1?stream_html=true"), (service.Requests[1].Method, service.Requests[1].Target));
    }

    [Fact]
    public async Task A_stream_that_ends_before_it_is_done_is_a_connection_that_failed()
    {
        await using var service = await ScriptedService.StartAsync(Events(Start));
        var (_, failure) = await ReadAsync(service.Client());
        Assert.Equal((ChatErrorCodes.ConnectionFailed, "m-1"), (failure.Code, failure.MessageId));
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_is_tried_once_more_under_the_same_key()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Broken, Events(Start, Done));
        Assert.Equal(2, (await service.Client().StreamAsync("hello", "s").ToListAsync()).Count);
        Assert.Equal(2, service.Requests.Count);
        Assert.Single(service.Requests.Select(request => request.Headers["Idempotency-Key"]).Distinct());
    }

    [Theory]
    [InlineData("event: start\ndata: {\"message_id\":1}\n\n")]
    [InlineData("event: start\ndata: nonsense\n\n")]
    [InlineData("event: delta\ndata: {}\n\n")]
    [InlineData("event: done\ndata: {\"reply\":\"canary\"}\n\n")]
    [InlineData("event: error\ndata: {\"code\":\"canary text, not a name\"}\n\n")]
    public async Task What_is_not_the_contract_s_is_an_unexpected_response_that_repeats_none_of_it(string sent)
    {
        await using var service = await ScriptedService.StartAsync(Events(sent));
        var (_, failure) = await ReadAsync(service.Client());
        Assert.Equal(ChatErrorCodes.UnexpectedResponse, failure.Code);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_no_stream_is_unexpected()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply);
        Assert.Equal(ChatErrorCodes.UnexpectedResponse, (await ReadAsync(service.Client())).Failure.Code);
    }

    [Fact]
    public async Task A_stream_longer_than_is_read_is_cut()
    {
        await using var service = await ScriptedService.StartAsync(Events(Start, $"event: delta\ndata: {{\"text\":\"{new string('a', 5_000)}\"}}\n\n", Done));
        var (_, failure) = await ReadAsync(service.Client(configure: options => options.MaxResponseBytes = 2_048));
        Assert.Equal((ChatErrorCodes.ResponseTooLarge, "m-1"), (failure.Code, failure.MessageId));
    }

    [Fact]
    public async Task Silence_is_borne_as_long_as_the_options_say_and_a_comment_ends_it()
    {
        var time = new HandTurnedTime();
        var next = new SemaphoreSlim(0);
        await using var service = await ScriptedService.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            foreach (var part in new[] { Start, ": waiting\n\n" })
            {
                await context.Response.WriteAsync(part);
                await context.Response.Body.FlushAsync();
                await next.WaitAsync();
            }

            await context.Response.WriteAsync("event: delta\ndata: {\"text\":\"late\"}\n\n");
            await context.Response.Body.FlushAsync();
            await Answers.Silence(new TaskCompletionSource())(context);
        });
        await using var events = service.Client(time, configure: options => options.Timeout = TimeSpan.FromSeconds(60)).StreamAsync("hello", "s").GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        // What the reader does between two events is not silence of the service.
        time.Advance(TimeSpan.FromMinutes(10));
        next.Release(2);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(new ChatDelta("late"), events.Current);
        var waiting = events.MoveNextAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(60));
        var failure = await Assert.ThrowsAsync<ChatApiException>(() => waiting.WaitAsync(Eventually.Patience));
        Assert.Equal((ChatErrorCodes.Timeout, "m-1"), (failure.Code, failure.MessageId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_and_leaving_hang_up(bool cancelled)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await ScriptedService.StartAsync(async context =>
        {
            await Events(Start)(context);
            context.RequestAborted.Register(left.SetResult);
            await left.Task;
        });
        using var stop = new CancellationTokenSource();
        var reading = async () =>
        {
            await foreach (var _ in service.Client().StreamAsync("hello", "s").WithCancellation(stop.Token))
            {
                if (!cancelled)
                    return;
                await stop.CancelAsync();
            }
        };
        if (cancelled)
            Assert.Equal(stop.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(reading)).CancellationToken);
        else
            await reading();
        await left.Task.WaitAsync(Eventually.Patience);
    }

    [Theory]
    [InlineData("""{"status":"pending"}""", ChatTurnStatus.Pending, null)]
    [InlineData("""{"status":"failed","error":"AI service error","code":"ai_service_error"}""", ChatTurnStatus.Failed, "ai_service_error")]
    public async Task A_turn_without_a_reply_says_so(string json, ChatTurnStatus status, string? code)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(200, json));
        var turn = await service.Client().GetTurnAsync("m-1");
        Assert.Equal((status, code, null), (turn.Status, turn.ErrorCode, turn.Reply));
        Assert.Equal("/chat/m-1", Assert.Single(service.Requests).Target);
    }

    [Theory]
    [InlineData("""{"status":"done"}""")]
    [InlineData("""{"status":"dreaming"}""")]
    [InlineData("""{"status":"failed"}""")]
    [InlineData("{}")]
    public async Task A_turn_that_makes_no_sense_is_unexpected(string json)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(200, json));
        Assert.Equal(ChatErrorCodes.UnexpectedResponse, (await Assert.ThrowsAsync<ChatApiException>(() => service.Client().GetTurnAsync("m-1"))).Code);
    }

    [Fact]
    public async Task Stopping_and_rating_go_to_the_turn_and_only_204_proves_them()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Text(204, "", ""), Answers.Text(204, "", ""), Answers.Json(200, "{}"), Answers.Json(200, "{}"));
        var client = service.Client();
        await client.StopAsync("m-1");
        await client.RateAsync("m-1", ChatRating.Down, "Too long.");
        Assert.Equal([("POST", "/chat/m-1/stop", ""), ("POST", "/chat/m-1/feedback", """{"rating":-1,"comment":"Too long."}""")], service.Requests.Select(request => (request.Method, request.Target, request.Body)));
        Assert.Equal(ChatErrorCodes.UnexpectedResponse, (await Assert.ThrowsAsync<ChatApiException>(() => client.StopAsync("m-1"))).Code);
        Assert.Equal(ChatErrorCodes.UnexpectedResponse, (await Assert.ThrowsAsync<ChatApiException>(() => client.RateAsync("m-1", ChatRating.Up))).Code);
        Assert.Equal(ChatErrorCodes.InvalidRequest, (await Assert.ThrowsAsync<ChatApiException>(() => client.RateAsync("m-1", ChatRating.Up, "\ud83d"))).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("m/../../admin")]
    [InlineData("m?x=1")]
    public async Task What_is_no_name_of_a_turn_is_never_sent(string messageId)
    {
        await using var service = await ScriptedService.StartAsync();
        var client = service.Client();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.StopAsync(messageId));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.GetTurnAsync(messageId));
        Assert.ThrowsAny<ArgumentException>(() => { client.JoinAsync(messageId); });
        Assert.Empty(service.Requests);
    }

    [Fact]
    public void No_event_shows_its_text_in_a_log()
    {
        ChatStreamEvent[] events = [new ChatDelta("secret"), new ChatHtmlBlock("secret"), new ChatHtmlDraft("secret", "block"), new ChatStarted("m-1", "secret")];
        Assert.DoesNotContain(events, item => item.ToString().Contains("secret", StringComparison.Ordinal));
    }

    private static async Task<(IReadOnlyList<ChatStreamEvent> Events, ChatApiException Failure)> ReadAsync(ChatApiClient client, Action? onEvent = null)
    {
        List<ChatStreamEvent> events = [];
        var failure = await Assert.ThrowsAsync<ChatApiException>(async () =>
        {
            await foreach (var item in client.StreamAsync("hello", "s"))
            {
                events.Add(item);
                onEvent?.Invoke();
            }
        });
        return (events, failure);
    }

    private static RequestDelegate Events(params string[] parts) => async context =>
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers["X-Request-ID"] = "r-1";
        context.Response.Headers["Idempotency-Replayed"] = "true";
        foreach (var part in parts)
        {
            await context.Response.WriteAsync(part);
            await context.Response.Body.FlushAsync();
        }
    };
}
