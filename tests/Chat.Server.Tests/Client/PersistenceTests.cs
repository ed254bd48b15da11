using Chat.Client;

namespace Chat.Server.Tests.Client;

/// <summary>What the client does by itself when a connection fails, when time runs out and when its caller leaves.</summary>
public sealed class PersistenceTests
{
    [Fact]
    public async Task A_message_whose_connection_broke_is_sent_once_more_byte_for_byte_under_the_same_key()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Broken, Answers.Reply);

        var reply = await service.Client().SendAsync("Hello", "s-1");

        Assert.Equal("m-1", reply.MessageId);
        Assert.Equal(2, service.Requests.Count);
        Assert.Equal(service.Requests[0].Body, service.Requests[1].Body);
        Assert.Equal(service.Requests[0].Headers["Idempotency-Key"], service.Requests[1].Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task A_reply_cut_in_half_is_asked_for_again()
    {
        await using var service = await ScriptedService.StartAsync(
            Answers.CutInHalf, Answers.Json(200, Answers.ReplyJson, ("Idempotency-Replayed", "true")));

        Assert.True((await service.Client().SendAsync("Hello", "s-1")).Replayed);
    }

    [Fact]
    public async Task A_second_break_is_a_failure_that_names_the_key_to_go_on_with()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Broken, Answers.Broken, Answers.Reply);

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().SendAsync("Hello", "s-1"));

        Assert.Equal((ChatErrorCodes.ConnectionFailed, null), (failure.Code, failure.StatusCode));
        Assert.Equal(service.Requests[0].Headers["Idempotency-Key"], failure.IdempotencyKey);
        Assert.Equal(2, service.Requests.Count);
        Assert.NotNull(failure.InnerException);
    }

    [Fact]
    public async Task Nobody_listening_is_a_failed_connection()
    {
        var service = await ScriptedService.StartAsync();
        var options = new ChatClientOptions { BaseUrl = service.Address, ApiKey = ScriptedService.ApiKey };
        await service.DisposeAsync();
        using var http = new HttpClient(ChatApiClient.CreateHandler());

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => new ChatApiClient(http, options).GetHistoryAsync("s-1"));

        Assert.Equal(ChatErrorCodes.ConnectionFailed, failure.Code);
    }

    [Fact]
    public async Task Reading_and_forgetting_are_tried_once_more_too()
    {
        // A service each: on a connection used before, the platform's own handler would try again unseen.
        await using var reading = await ScriptedService.StartAsync(Answers.Broken, Answers.Json(200, """{"messages":[]}"""));
        await using var forgetting = await ScriptedService.StartAsync(Answers.Broken, Answers.Text(204, "", ""));

        await reading.Client().GetHistoryAsync("s-1");
        await forgetting.Client().ForgetAsync("s-1");

        Assert.Equal(["GET", "GET"], reading.Requests.Select(request => request.Method));
        Assert.Equal(["DELETE", "DELETE"], forgetting.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task Where_the_broken_attempt_is_still_being_answered_the_second_waits_for_that_answer()
    {
        var time = new HandTurnedTime();
        await using var service = await ScriptedService.StartAsync(
            Answers.Broken,
            Answers.Error(409, "request_in_progress", ("Retry-After", "3")),
            Answers.Error(409, "request_in_progress"),
            Answers.Reply);

        var sending = service.Client(time).SendAsync("Hello", "s-1");
        await time.TimerSet(TimeSpan.FromSeconds(3));
        Assert.Equal(2, service.Requests.Count);
        time.Advance(TimeSpan.FromSeconds(3));
        await time.TimerSet(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("m-1", (await sending).MessageId);
        Assert.Single(service.Requests.Select(request => request.Headers["Idempotency-Key"]).Distinct());
        Assert.Equal(4, service.Requests.Count);
    }

    [Fact]
    public async Task A_twin_of_the_callers_own_is_told_and_not_waited_for()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Error(409, "request_in_progress", ("Retry-After", "2")), Answers.Reply);

        var failure = await Assert.ThrowsAsync<ChatApiException>(() =>
            service.Client().SendAsync(new ChatMessageRequest("Hello", "s-1") { IdempotencyKey = "order-7" }));

        Assert.Equal((ChatErrorCodes.RequestInProgress, TimeSpan.FromSeconds(2)), (failure.Code, failure.RetryAfter));
        Assert.Equal("order-7", failure.IdempotencyKey);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task Silence_ends_in_a_timeout_with_the_key_to_go_on_with()
    {
        var time = new HandTurnedTime();
        var arrived = new TaskCompletionSource();
        await using var service = await ScriptedService.StartAsync(Answers.Silence(arrived));

        var sending = service.Client(time, configure: options => options.Timeout = TimeSpan.FromSeconds(7)).SendAsync("Hello", "s-1");
        await arrived.Task;
        time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => sending);
        Assert.Equal((ChatErrorCodes.Timeout, null), (failure.Code, failure.StatusCode));
        Assert.Equal(service.Requests[0].Headers["Idempotency-Key"], failure.IdempotencyKey);
    }

    [Fact]
    public async Task The_deadline_covers_the_waiting_for_a_broken_attempt_too()
    {
        var time = new HandTurnedTime();
        await using var service = await ScriptedService.StartAsync(
            Answers.Broken, Answers.Error(409, "request_in_progress", ("Retry-After", "30")), Answers.Reply);

        var sending = service.Client(time, configure: options => options.Timeout = TimeSpan.FromSeconds(7)).SendAsync("Hello", "s-1");
        await time.TimerSet(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(ChatErrorCodes.Timeout, (await Assert.ThrowsAsync<ChatApiException>(() => sending)).Code);
    }

    [Fact]
    public async Task A_caller_who_leaves_gets_a_cancellation_of_its_own_token()
    {
        var arrived = new TaskCompletionSource();
        await using var service = await ScriptedService.StartAsync(Answers.Silence(arrived));
        using var leaving = new CancellationTokenSource();

        var sending = service.Client().SendAsync("Hello", "s-1", leaving.Token);
        await arrived.Task;
        await leaving.CancelAsync();

        var stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(leaving.Token, stopped.CancellationToken);
        Assert.Single(service.Requests);
    }
}
