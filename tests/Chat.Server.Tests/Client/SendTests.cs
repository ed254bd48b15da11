using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Chat.Client;

namespace Chat.Server.Tests.Client;

public sealed class SendTests
{
    private const string Usage = """ "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"credits":0} """;

    [Fact]
    public async Task A_message_goes_out_as_the_contract_says()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply);

        await service.Client().SendAsync(new ChatMessageRequest("Où? 🙂", "a b&c")
        {
            Page = new PageMetadata { Url = "https://example.com/?a=1", Title = "Home" },
            IdempotencyKey = "order-7",
        });

        var request = Assert.Single(service.Requests);
        Assert.Equal(("POST", "/chat"), (request.Method, request.Target));
        Assert.Equal(ScriptedService.ApiKey, request.Headers["X-API-Key"]);
        Assert.Equal("order-7", request.Headers["Idempotency-Key"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal("application/json", request.Headers["Accept"]);
        var expected = """{"message":"Où? 🙂","session_id":"a b&c","metadata":{"url":"https://example.com/?a=1","title":"Home"}}""";
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, JsonDocument.Parse(request.Body).RootElement), request.Body);
    }

    [Fact]
    public async Task What_is_not_known_of_the_page_is_left_out()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply, Answers.Reply);

        await service.Client().SendAsync("Hello", "s-1");
        await service.Client().SendAsync(new ChatMessageRequest("Hello", "s-1") { Page = new PageMetadata { Title = "Home" } });

        Assert.Equal("""{"message":"Hello","session_id":"s-1"}""", service.Requests[0].Body);
        Assert.Equal("""{"message":"Hello","session_id":"s-1","metadata":{"title":"Home"}}""", service.Requests[1].Body);
    }

    [Fact]
    public async Task A_reply_is_read_whole_and_members_of_a_newer_service_are_passed_over()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(
            200,
            Answers.ReplyJson,
            ("X-Request-ID", "r-1"),
            ("X-RateLimit-Limit", "60"),
            ("X-RateLimit-Remaining", "12"),
            ("X-RateLimit-Reset", "1775383230")));

        var reply = await service.Client().SendAsync("Hello", "s-1");

        Assert.Equal("The **capital**", reply.Reply);
        Assert.Equal("<p>The <strong>capital</strong></p>\n", reply.ReplyHtml);
        Assert.Equal(("s-1", "m-1", "r-1", false), (reply.SessionId, reply.MessageId, reply.RequestId, reply.Replayed));
        Assert.Equal(new ChatUsage(41, 9, 50, 0.05m), reply.Usage);
        Assert.Equal(new RateLimitStatus(60, 12, new DateTimeOffset(2026, 4, 5, 10, 0, 30, TimeSpan.Zero)), reply.RateLimit);
    }

    [Fact]
    public async Task An_answer_given_again_says_so()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(200, Answers.ReplyJson, ("Idempotency-Replayed", "true")));

        Assert.True((await service.Client().SendAsync("Hello", "s-1")).Replayed);
    }

    [Fact]
    public async Task Each_call_without_an_idempotency_key_gets_one_of_its_own()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply, Answers.Reply);
        var client = service.Client();

        await client.SendAsync("Hello", "s-1");
        await client.SendAsync("Hello", "s-1");

        var keys = service.Requests.Select(request => request.Headers["Idempotency-Key"]).ToList();
        Assert.Equal(2, keys.Distinct().Count());
        Assert.All(keys, key => Assert.True(Guid.TryParse(key, out _)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\r\nX-Injected: 1")]
    [InlineData("clé")]
    public async Task An_idempotency_key_that_no_header_can_hold_is_refused_before_sending(string key)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply);

        await Assert.ThrowsAsync<ArgumentException>(() =>
            service.Client().SendAsync(new ChatMessageRequest("Hello", "s-1") { IdempotencyKey = key }));
        Assert.Empty(service.Requests);
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task An_idempotency_key_has_at_most_255_characters(int length, bool taken)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply);
        var request = new ChatMessageRequest("Hello", "s-1") { IdempotencyKey = new string('k', length) };

        var failure = await Record.ExceptionAsync(() => service.Client().SendAsync(request));

        Assert.Equal(taken, failure is null);
        Assert.Equal(taken ? 1 : 0, service.Requests.Count);
    }

    [Theory]
    [InlineData("message", "half <", "s-1", null)]
    [InlineData("session_id", "Hello", ">", null)]
    [InlineData("session_id", "Hello", "><", null)]
    [InlineData("metadata.title", "Hello", "s-1", "<<>")]
    public async Task Half_a_surrogate_pair_is_refused_here_because_encoding_would_hide_it(
        string field, string message, string session, string? title)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply);

        var request = new ChatMessageRequest(Halves(message), Halves(session)) { Page = new PageMetadata { Title = Halves(title) } };

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().SendAsync(request));

        Assert.Equal((ChatErrorCodes.InvalidRequest, null), (failure.Code, failure.StatusCode));
        Assert.Equal([field], failure.Details.Keys);
        Assert.Empty(service.Requests);
    }

    [Theory]
    [InlineData("", "/chat")]
    [InlineData("/", "/chat")]
    [InlineData("/api", "/api/chat")]
    [InlineData("/help/desk/", "/help/desk/chat")]
    [InlineData("/a%20b//", "/a%20b/chat")]
    public async Task A_base_url_works_with_and_without_a_path_and_a_last_slash(string path, string target)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply);

        await service.Client(path: path).SendAsync("Hello", "s-1");

        Assert.Equal(target, Assert.Single(service.Requests).Target);
    }

    [Theory]
    [InlineData($$"""{"reply_html":"","session_id":"s","message_id":"m",{{Usage}}}""")]
    [InlineData($$"""{"reply":null,"reply_html":"","session_id":"s","message_id":"m",{{Usage}}}""")]
    [InlineData("""{"reply":"","reply_html":"","session_id":"s","message_id":"m","usage":{"prompt_tokens":1}}""")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("<html>Sign in to the network</html>")]
    public async Task A_success_that_is_no_reply_is_an_unexpected_response(string body)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(200, body));

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().SendAsync("Hello", "s-1"));

        Assert.Equal((ChatErrorCodes.UnexpectedResponse, 200), (failure.Code, (int)failure.StatusCode!));
    }

    [Fact]
    public async Task A_whole_surrogate_pair_at_either_end_is_text()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Reply);

        await service.Client().SendAsync(Halves("<>Hello<>"), "s-1");

        Assert.Equal("🙂Hello🙂", JsonDocument.Parse(service.Requests[0].Body).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void A_message_and_its_session_are_never_null()
    {
        Assert.Throws<ArgumentNullException>(() => new ChatMessageRequest(null!, "s-1"));
        Assert.Throws<ArgumentNullException>(() => new ChatMessageRequest("Hello", null!));
    }

    // An attribute's text is kept as UTF-8, which cannot hold half a pair: the signs stand for the halves of a smile.
    [return: NotNullIfNotNull(nameof(signs))]
    private static string? Halves(string? signs) => signs?.Replace('<', '\ud83d').Replace('>', '\ude42');
}
