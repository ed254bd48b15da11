using Chat.Client;

namespace Chat.Server.Tests.Client;

public sealed class HistoryTests
{
    [Fact]
    public async Task A_history_comes_in_the_order_of_the_service()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(200, """
            { "messages": [
              { "role": "user", "content": "Hello!", "content_html": "<p>Hello!</p>\n", "created_at": "2026-04-05T10:00:00Z" },
              { "role": "assistant", "content": "Hi!", "content_html": "<p>Hi!</p>\n", "created_at": "2026-04-05T10:00:01.25Z", "later": 1 } ] }
            """));

        var history = await service.Client().GetHistoryAsync("s-1");

        Assert.Equal(("GET", "/history?session_id=s-1"), (service.Requests[0].Method, service.Requests[0].Target));
        Assert.Equal(ScriptedService.ApiKey, service.Requests[0].Headers["X-API-Key"]);
        Assert.Equal([ChatHistoryMessage.UserRole, ChatHistoryMessage.AssistantRole], history.Select(message => message.Role));
        Assert.Equal(("Hi!", "<p>Hi!</p>\n"), (history[1].Content, history[1].ContentHtml));
        Assert.Equal(new DateTimeOffset(2026, 4, 5, 10, 0, 1, 250, TimeSpan.Zero), history[1].CreatedAt);
    }

    [Fact]
    public async Task A_session_without_messages_is_an_empty_history()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(200, """{"messages":[]}"""));

        Assert.Empty(await service.Client().GetHistoryAsync("nobody"));
    }

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("100%", "100%25")]
    [InlineData("%20", "%2520")]
    [InlineData("a+b", "a%2Bb")]
    [InlineData("🙂", "%F0%9F%99%82")]
    [InlineData("a&session_id=b#c", "a%26session_id%3Db%23c")]
    [InlineData("../admin?x", "..%2Fadmin%3Fx")]
    [InlineData("line\nbreak", "line%0Abreak")]
    [InlineData("", "")]
    public async Task A_session_id_reaches_the_service_as_it_is(string sessionId, string escaped)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(200, """{"messages":[]}"""), Answers.Text(204, "", ""));
        var client = service.Client(path: "/api");

        await client.GetHistoryAsync(sessionId);
        await client.ForgetAsync(sessionId);

        Assert.All(service.Requests, request => Assert.Equal($"/api/history?session_id={escaped}", request.Target));
        Assert.Equal(["GET", "DELETE"], service.Requests.Select(request => request.Method));
        Assert.All(service.Requests, request => Assert.DoesNotContain("Idempotency-Key", request.Headers.Keys));
    }

    [Fact]
    public async Task Session_ids_that_an_encoder_would_make_one_are_refused()
    {
        await using var service = await ScriptedService.StartAsync();

        var reading = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().GetHistoryAsync("a\ud800"));
        var forgetting = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().ForgetAsync("a\ud801"));

        Assert.Equal((ChatErrorCodes.InvalidRequest, ChatErrorCodes.InvalidRequest), (reading.Code, forgetting.Code));
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task A_page_that_says_200_does_not_pass_for_a_deletion()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Text(200, "text/html", "<p>Welcome</p>"));

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().ForgetAsync("s-1"));

        Assert.Equal(ChatErrorCodes.UnexpectedResponse, failure.Code);
    }

    [Fact]
    public async Task A_deletion_that_is_refused_is_an_error()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Error(401, "invalid_api_key"));

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().ForgetAsync("s-1"));

        Assert.Equal(ChatErrorCodes.InvalidApiKey, failure.Code);
    }
}
