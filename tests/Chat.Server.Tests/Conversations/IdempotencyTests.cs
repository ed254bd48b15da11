using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Conversations;

public sealed class IdempotencyTests : AppTest
{
    private const string Body = """{"message":"hello","session_id":"s","metadata":{"title":"t"}}""";

    [Theory]
    [InlineData("key-1", "key-1")]
    [InlineData("key-1", "\"key-1\"")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    public async Task A_retry_gets_the_first_answer_to_the_byte_and_costs_nothing(string first, string second)
    {
        using var original = await PostAsync(Body, first);
        Assert.Equal(200, (int)original.StatusCode);
        Assert.False(original.Headers.Contains("Idempotency-Replayed"));
        using var replay = await PostAsync(Body, second);
        Assert.Equal("true", Assert.Single(replay.Headers.GetValues("Idempotency-Replayed")));
        Assert.Equal(await original.Content.ReadAsStringAsync(), await replay.Content.ReadAsStringAsync());
        Assert.Single(Upstream.Requests);
        Assert.Equal(0.05m, (decimal)(await App.ReadChannelAsync(Channel))["credits_consumed"]!);
        Assert.Equal(1, Rows.Scalar(App, "SELECT minute_count FROM channel_usage;"));
    }

    [Fact]
    public async Task The_same_body_written_otherwise_is_the_same_body()
    {
        await PostAsync(Body, "k");
        using var replay = await PostAsync("""{ "session_id": "s", "metadata": {"title": "\u0074", "other": 1}, "message": "hello" }""", "k");
        Assert.True(replay.Headers.Contains("Idempotency-Replayed"));
    }

    [Theory]
    [InlineData("""{"message":"hello!","session_id":"s","metadata":{"title":"t"}}""")]
    [InlineData("""{"message":"hello","session_id":"S","metadata":{"title":"t"}}""")]
    [InlineData("""{"message":"hello","session_id":"s","metadata":{"title":"u"}}""")]
    [InlineData("""{"message":"hello","session_id":"s"}""")]
    public async Task The_same_key_with_another_body_is_422(string other)
    {
        await PostAsync(Body, "k");
        using var response = await PostAsync(other, "k");
        Assert.Equal(
            (422, """{"error":"Invalid request","code":"invalid_request","details":{"Idempotency-Key":["This key was used with another body."]}}"""),
            ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Single(Upstream.Requests);
    }

    [Fact]
    public async Task While_the_first_runs_its_twin_is_409_and_afterwards_a_replay()
    {
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        Upstream.OnRequest = async (request, context) =>
        {
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "done");
        };
        var first = PostAsync(Body, "k");
        await asked.Task;
        using (var twin = await PostAsync(Body, "k"))
        {
            Assert.Equal((409, """{"error":"Request in progress","code":"request_in_progress"}"""), ((int)twin.StatusCode, await twin.Content.ReadAsStringAsync()));
            Assert.Equal(TimeSpan.FromSeconds(1), twin.Headers.RetryAfter!.Delta);
        }

        release.SetResult();
        Assert.Equal(200, (int)(await first).StatusCode);
        using var replay = await PostAsync(Body, "k");
        Assert.Equal("done", (string)(await replay.JsonAsync())["reply"]!);
        Assert.Single(Upstream.Requests);
    }

    [Fact]
    public async Task Of_fifty_twins_at_once_one_is_generated_and_charged()
    {
        var twins = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PostAsync(Body, "k")));
        Assert.All(twins, twin => Assert.True((int)twin.StatusCode is 200 or 409, $"{(int)twin.StatusCode}"));
        Assert.Single(Upstream.Requests);
        Assert.Equal(1, Rows.Count(App, "usage"));
    }

    [Fact]
    public async Task An_answer_that_failed_is_not_kept()
    {
        Upstream.RepliesRaw(500, "text/plain", "");
        Assert.Equal(500, (int)(await PostAsync(Body, "k")).StatusCode);
        Upstream.Replies("now");
        using var retry = await PostAsync(Body, "k");
        Assert.Equal("now", (string)(await retry.JsonAsync())["reply"]!);
        Assert.False(retry.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task After_a_crash_the_retry_runs_as_soon_as_the_lease_has_ended()
    {
        await PostAsync(Body, "k");
        // What a crash leaves: a pending turn with its reservation. No sweep comes by: the clock is only read.
        Rows.Execute(App, "DELETE FROM usage; UPDATE turns SET state = 0, charged = 0, reserved = 500000; UPDATE channel_usage SET reserved = 500000, consumed = 0;");
        Assert.Equal(409, (int)(await PostAsync(Body, "k")).StatusCode);
        App.Time.SetWallClock(App.Time.GetUtcNow() + TimeSpan.FromMinutes(4));
        using var retry = await PostAsync(Body, "k");
        Assert.Equal((200, false), ((int)retry.StatusCode, retry.Headers.Contains("Idempotency-Replayed")));
        var json = await App.ReadChannelAsync(Channel);
        Assert.Equal((0.05m, 0m), ((decimal)json["credits_consumed"]!, (decimal)json["credits_reserved"]!));
    }

    [Fact]
    public async Task A_request_that_was_refused_leaves_its_key_free()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 1 });
        await App.AskAsync(channel, "one");
        Assert.Equal(429, (int)(await PostAsync(Body, "k", channel)).StatusCode);
        Assert.Equal(422, (int)(await PostAsync("{}", "k")).StatusCode);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (int)(await PostAsync(Body, "k", channel)).StatusCode);
    }

    [Fact]
    public async Task A_key_is_kept_for_24_hours_and_then_free()
    {
        await PostAsync(Body, "k");
        App.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.True((await PostAsync(Body, "k")).Headers.Contains("Idempotency-Replayed"));
        App.Time.Advance(TimeSpan.FromMilliseconds(1));
        using var anew = await PostAsync("""{"message":"something else","session_id":"s"}""", "k");
        Assert.Equal(200, (int)anew.StatusCode);
        Assert.Equal(2, Upstream.Requests.Count);
    }

    [Fact]
    public async Task A_key_belongs_to_itsChannel()
    {
        var other = await App.CreateChannelAsync();
        await PostAsync(Body, "k");
        using var response = await PostAsync(Body, "k", other);
        Assert.False(response.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(2, Upstream.Requests.Count);
    }

    [Fact]
    public async Task After_the_session_was_forgotten_a_retry_is_neither_answered_nor_charged_again()
    {
        await PostAsync(Body, "k");
        await App.GetAsync(Channel, "/history?session_id=s", HttpMethod.Delete);
        using var response = await PostAsync(Body, "k");
        Assert.Equal(404, (int)response.StatusCode);
        Assert.Single(Upstream.Requests);
        Assert.Equal(0, Rows.Count(App, "turns WHERE message <> '' OR reply IS NOT NULL"));
        App.Time.Advance(TimeSpan.FromHours(25));
        await Eventually.TrueAsync(() => Rows.Count(App, "turns") == 0);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("\"unfinished")]
    [InlineData("\"a\"b")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"\"")]
    [InlineData("ü")]
    public async Task A_key_that_is_none_is_422(string key)
    {
        using var response = await PostAsync(Body, key);
        Assert.Equal(422, (int)response.StatusCode);
        Assert.True((await response.JsonAsync())["details"]!.AsObject().ContainsKey("Idempotency-Key"));
        Assert.Empty(Upstream.Requests);
    }

    [Theory]
    [InlineData(255, 200)]
    [InlineData(256, 422)]
    public async Task A_key_has_at_most_255_characters(int length, int status) =>
        Assert.Equal(status, (int)(await PostAsync(Body, new string('k', length))).StatusCode);

    private Task<HttpResponseMessage> PostAsync(string body, string key, TestChannel? channel = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = new StringContent(body, null, "application/json") };
        request.Headers.Add("X-API-Key", (channel ?? Channel).Key);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return App.Client.SendAsync(request);
    }
}
