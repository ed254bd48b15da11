using System.Text.Json.Nodes;
using Chat.Client;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Client;

/// <summary>The client and the service, without a script between them: what one writes, the other reads.</summary>
public sealed class RealServiceTests : IAsyncLifetime
{
    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;
    private TestChannel _channel = null!;
    private ChatApiClient _client = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _app = new ChatApp().WithProvider("mock", _upstream).With("Storage:BusyTimeout", "00:00:01");
        _channel = await _app.CreateChannelAsync();
        _client = ClientOf(_channel.Key);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_whole_conversation_is_had_read_and_forgotten()
    {
        _upstream.Replies("**Paris**, since you ask.", promptTokens: 20, completionTokens: 30);
        var request = new ChatMessageRequest("Capital of France? 😀", "visitor 1/ä") { Page = new PageMetadata { Url = "https://www.example.com/", Title = "Atlas" } };

        var first = await _client.SendAsync(request);
        await _client.SendAsync("And of Spain?", "visitor 1/ä");

        Assert.Equal(("**Paris**, since you ask.", "<p><strong>Paris</strong>, since you ask.</p>\n", "visitor 1/ä"), (first.Reply, first.ReplyHtml, first.SessionId));
        Assert.Equal(new ChatUsage(20, 30, 50, 0.05m), first.Usage);
        Assert.True(Guid.TryParse(first.MessageId, out _));
        Assert.Matches("^[0-9a-f]{32}$", first.RequestId);
        Assert.Contains("Atlas", _upstream.Requests[0].Raw, StringComparison.Ordinal);
        Assert.Equal(["user", "assistant", "user"], _upstream.LastRequest.Messages.Select(message => message.Role));

        var history = await _client.GetHistoryAsync("visitor 1/ä");
        Assert.Equal(["user", "assistant", "user", "assistant"], history.Select(message => message.Role));
        Assert.Equal(("Capital of France? 😀", "<p>Capital of France? 😀</p>\n", ChatApp.Noon), (history[0].Content, history[0].ContentHtml, history[0].CreatedAt));

        await _client.ForgetAsync("visitor 1/ä");
        Assert.Empty(await _client.GetHistoryAsync("visitor 1/ä"));
        await _client.ForgetAsync("visitor 1/ä");
    }

    [Fact]
    public async Task A_reply_is_read_as_it_is_made_joined_rated_and_looked_up()
    {
        List<ChatStreamEvent> events = [];
        await foreach (var item in _client.StreamAsync(new ChatMessageRequest("Hi", "s"), html: true))
            events.Add(item);
        var started = Assert.IsType<ChatStarted>(events[0]);
        var reply = Assert.IsType<ChatCompleted>(events[^1]).Reply;
        Assert.Equal(("You said: Hi", started.MessageId, 59L), (reply.Reply, reply.MessageId, started.RateLimit!.Remaining));
        Assert.Equal(reply.Reply, string.Concat(events.OfType<ChatDelta>().Select(delta => delta.Text)));
        Assert.Equal(reply.ReplyHtml, string.Concat(events.OfType<ChatHtmlBlock>().Select(block => block.Html)));

        var turn = await _client.GetTurnAsync(started.MessageId);
        Assert.Equal((ChatTurnStatus.Done, reply.ReplyHtml), (turn.Status, turn.Reply!.ReplyHtml));
        var joined = await _client.JoinAsync(started.MessageId).ToListAsync();
        Assert.Equal(reply.Usage, Assert.IsType<ChatCompleted>(joined[^1]).Reply.Usage);
        await _client.StopAsync(started.MessageId);
        await _client.RateAsync(started.MessageId, ChatRating.Up, "Thanks");
        using var ledger = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{_channel.Id}/ledger");
        Assert.Equal("Thanks", (string)(await ledger.JsonAsync())["data"]![0]!["comment"]!);
    }

    [Fact]
    public async Task A_turn_that_is_not_there_and_a_stream_that_fails_have_their_codes()
    {
        var nobody = "01997c0e-4b7a-7c3a-b5c6-9ea05dd3b99a";
        Assert.Equal((404, "not_found"), await FailureAsync(() => _client.GetTurnAsync(nobody)));
        Assert.Equal((404, "not_found"), await FailureAsync(() => _client.StopAsync(nobody)));
        Assert.Equal((404, "not_found"), await FailureAsync(() => _client.RateAsync(nobody, ChatRating.Up)));
        Assert.Equal((404, "not_found"), await FailureAsync(() => _client.JoinAsync(nobody).ToListAsync()));
        _upstream.RepliesRaw(500, "text/plain", "out of order");
        var failure = await Assert.ThrowsAsync<ChatApiException>(() => _client.StreamAsync("Hi", "s").ToListAsync());
        Assert.Equal("ai_service_error", failure.Code);
        var turn = await _client.GetTurnAsync(failure.MessageId!);
        Assert.Equal((ChatTurnStatus.Failed, "ai_service_error"), (turn.Status, turn.ErrorCode));
    }

    [Fact]
    public async Task A_key_that_is_wrong_or_was_rotated_is_401()
    {
        Assert.Equal((401, "invalid_api_key"), await FailureAsync(() => ClientOf("chat_wrong").SendAsync("Hi", "s")));

        using var rotated = await _app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{_channel.Id}/key/rotate");
        Assert.Equal((401, "invalid_api_key"), await FailureAsync(() => _client.GetHistoryAsync("s")));
        Assert.Equal((401, "invalid_api_key"), await FailureAsync(() => _client.ForgetAsync("s")));
    }

    [Fact]
    public async Task A_channel_that_is_stopped_or_out_of_credits_is_403()
    {
        var poor = await _app.CreateChannelAsync(new JsonObject { ["credits"] = 0 });
        Assert.Equal((403, "credits_exhausted"), await FailureAsync(() => ClientOf(poor.Key).SendAsync("Hi", "s")));

        await _app.EditChannelAsync(_channel, new JsonObject { ["active"] = false });
        Assert.Equal((403, "site_inactive"), await FailureAsync(() => _client.SendAsync("Hi", "s")));
    }

    [Fact]
    public async Task A_wrong_path_in_the_address_is_404()
    {
        var lost = new ChatApiClient(_app.CreateClient(), new ChatClientOptions { BaseUrl = new Uri("http://localhost/v9/"), ApiKey = _channel.Key });

        Assert.Equal((404, "not_found"), await FailureAsync(() => lost.SendAsync("Hi", "s")));
    }

    [Fact]
    public async Task The_documented_prefix_is_a_good_address_too()
    {
        var prefixed = new ChatApiClient(_app.CreateClient(), new ChatClientOptions { BaseUrl = new Uri("http://localhost/api"), ApiKey = _channel.Key });

        Assert.Equal("You said: Hi", (await prefixed.SendAsync("Hi", "s")).Reply);
    }

    [Fact]
    public async Task A_message_that_is_far_too_long_is_413()
    {
        Assert.Equal((413, "request_too_large"), await FailureAsync(() => _client.SendAsync(new string('a', 70_000), "s")));
    }

    [Fact]
    public async Task Broken_rules_are_422_each_under_its_field()
    {
        var failure = await Assert.ThrowsAsync<ChatApiException>(() => _client.SendAsync(
            new ChatMessageRequest(" ", "") { Page = new PageMetadata { Url = "nowhere", Title = new string('a', 301) } }));

        Assert.Equal((422, "invalid_request"), ((int)failure.StatusCode!, failure.Code));
        Assert.Equal(["message", "metadata.title", "metadata.url", "session_id"], failure.Details.Keys.Order());
        Assert.All(failure.Details.Values, messages => Assert.NotEmpty(messages));
        Assert.Contains(failure.RequestId!, failure.Message, StringComparison.Ordinal);
        Assert.Contains(_app.Log.Lines, line => line.Contains($"RequestId={failure.RequestId}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("requests_per_minute", "rate_limit_exceeded", 30)]
    [InlineData("requests_per_day", "daily_limit_exceeded", 43_170)]
    public async Task A_limit_is_429_and_says_when_to_come_back(string limit, string code, int seconds)
    {
        await _app.EditChannelAsync(_channel, new JsonObject { [limit] = 1 });
        await _client.SendAsync("Hi", "s");

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => _client.SendAsync("Hi again", "s"));

        Assert.Equal((429, code, TimeSpan.FromSeconds(seconds)), ((int)failure.StatusCode!, failure.Code, failure.RetryAfter));
        _app.Time.Advance(failure.RetryAfter!.Value);
        await _client.SendAsync("Hi again", "s");
    }

    [Fact]
    public async Task Providers_that_fail_are_500_and_a_later_message_is_answered()
    {
        _upstream.RepliesRaw(500, "text/plain", "out of order");
        Assert.Equal((500, "ai_service_error"), await FailureAsync(() => _client.SendAsync("Hi", "s")));

        _upstream.Replies("Back again.");
        Assert.Equal("Back again.", (await _client.SendAsync("Hi", "s")).Reply);
    }

    [Fact]
    public async Task A_store_out_of_reach_is_503_and_a_fault_of_the_service_500()
    {
        using (Sqlite.HoldWriteLock(_app.DatabasePath))
            Assert.Equal((503, "service_unavailable"), await FailureAsync(() => _client.SendAsync("Hi", "s")));

        Sqlite.Execute(_app.DatabasePath, "ALTER TABLE turns RENAME TO hidden;");
        Assert.Equal((500, "internal_error"), await FailureAsync(() => _client.SendAsync("Hi", "s")));
    }

    private ChatApiClient ClientOf(string key) =>
        new(_app.CreateClient(), new ChatClientOptions { BaseUrl = new Uri("http://localhost"), ApiKey = key });

    private static async Task<(int? Status, string Code)> FailureAsync(Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<ChatApiException>(call);
        Assert.NotNull(failure.RequestId);
        return ((int?)failure.StatusCode, failure.Code);
    }
}
