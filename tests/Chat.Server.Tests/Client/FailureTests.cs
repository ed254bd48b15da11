using System.Reflection;
using System.Text;
using Chat.Client;
using Chat.Server.Errors;

namespace Chat.Server.Tests.Client;

public sealed class FailureTests
{
    [Theory]
    [InlineData(400, ChatErrorCodes.MalformedJson)]
    [InlineData(401, ChatErrorCodes.MissingApiKey)]
    [InlineData(403, ChatErrorCodes.CreditsExhausted)]
    [InlineData(409, ChatErrorCodes.RequestInProgress)]
    [InlineData(500, ChatErrorCodes.AiServiceError)]
    [InlineData(503, ChatErrorCodes.ServiceUnavailable)]
    [InlineData(418, "a_code_of_a_newer_service")]
    public async Task An_error_of_the_service_keeps_its_code_and_status(int status, string code)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Error(status, code, ("X-Request-ID", "r-1")));

        var failure = await FailureOf(service);

        Assert.Equal((code, status, "r-1"), (failure.Code, (int)failure.StatusCode!, failure.RequestId));
        Assert.Equal($"The Chat service answered {status} ({code}), request r-1.", failure.Message);
        Assert.Empty(failure.Details);
        Assert.Single(service.Requests);
    }

    [Fact]
    public void Every_code_that_the_service_answers_to_a_key_has_a_name_here()
    {
        var named = typeof(ChatErrorCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToHashSet();

        var answered = typeof(ChatError).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => ((ChatError)property.GetValue(null)!).Code)
            .Append(ChatError.InvalidRequest("field", "rule").Code)
            .Where(code => code != ChatError.InvalidAdminToken.Code);

        Assert.Empty(answered.Except(named));
    }

    [Fact]
    public async Task A_refused_request_says_which_fields_and_why()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Json(422, """
            { "error": "Invalid request", "code": "invalid_request",
              "details": { "message": ["Is required.", "Is short."], "metadata.url": ["Is no URL."], "later": {} } }
            """));

        var details = (await FailureOf(service)).Details;

        Assert.Equal(["message", "metadata.url"], details.Keys.Order());
        Assert.Equal(["Is required.", "Is short."], details["message"]);
    }

    [Fact]
    public async Task A_limit_says_when_to_come_back_and_how_things_stand()
    {
        await using var service = await ScriptedService.StartAsync(Answers.Error(
            429, "daily_limit_exceeded", ("Retry-After", "50400"), ("RateLimit-Policy", "\"permin\";q=60;w=60, \"daily\";q=1000;w=86400"),
            ("RateLimit", "\"permin\";r=59;t=30, \"daily\";r=0;t=50400")));

        var failure = await FailureOf(service);

        Assert.Equal(TimeSpan.FromHours(14), failure.RetryAfter);
        Assert.Equal(new RateLimitStatus(1000, 0, HandTurnedTime.Start.AddHours(14)), failure.RateLimit);
    }

    [Theory]
    [InlineData("Sun, 05 Apr 2026 10:02:00 GMT", 120)]
    [InlineData("Sun, 05 Apr 2026 09:00:00 GMT", 0)]
    [InlineData("0", 0)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    [InlineData("99999999999999999999", null)]
    public async Task A_retry_after_is_seconds_or_a_date_and_never_negative(string header, int? seconds)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Error(503, "service_unavailable", ("Retry-After", header)));

        Assert.Equal(seconds is { } some ? TimeSpan.FromSeconds(some) : null, (await FailureOf(service)).RetryAfter);
    }

    [Theory]
    [InlineData("<html>upstream 10.0.0.7 refused</html>")]
    [InlineData("""{"message":"upstream 10.0.0.7 refused"}""")]
    [InlineData("""{"error":"x","code":"upstream 10.0.0.7 refused"}""")]
    [InlineData("""{"error":"x","code":10007}""")]
    [InlineData("""["upstream 10.0.0.7 refused"]""")]
    [InlineData("")]
    public async Task A_proxys_error_page_is_an_unexpected_response_that_repeats_none_of_it(string body)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Text(502, "text/html", body, ("Retry-After", "5")));

        var failure = await FailureOf(service);

        Assert.Equal((ChatErrorCodes.UnexpectedResponse, 502, TimeSpan.FromSeconds(5)), (failure.Code, (int)failure.StatusCode!, failure.RetryAfter));
        Assert.Equal("The answer, with status 502, is not one of the Chat service.", failure.Message);
        Assert.DoesNotContain("10.0.0.7", failure.ToString());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(422)]
    public async Task Text_that_is_not_utf8_is_an_unexpected_response(int status)
    {
        var body = Encoding.Latin1.GetBytes("""
            { "code": "invalid_request", "details": { "a": ["café"] },
              "messages": [{ "role": "café", "content": "", "content_html": "", "created_at": "2026-04-05T10:00:00Z" }] }
            """);
        await using var service = await ScriptedService.StartAsync(Answers.Bytes(status, body));

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => service.Client().GetHistoryAsync("s-1"));

        Assert.Equal(ChatErrorCodes.UnexpectedResponse, failure.Code);
    }

    [Theory]
    [InlineData(200, 1025, ChatErrorCodes.ResponseTooLarge)]
    [InlineData(200, 1024, ChatErrorCodes.UnexpectedResponse)]
    [InlineData(500, 1025, ChatErrorCodes.UnexpectedResponse)]
    public async Task An_answer_is_read_up_to_its_limit_only(int status, int length, string code)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Text(status, "text/plain", new string('x', length)));

        var failure = await Assert.ThrowsAsync<ChatApiException>(() =>
            service.Client(configure: options => options.MaxResponseBytes = 1024).SendAsync("Hello", "s-1"));

        Assert.Equal((code, status), (failure.Code, (int)failure.StatusCode!));
    }

    [Fact]
    public async Task An_error_is_read_up_to_64_KiB_even_when_it_would_have_been_one_of_the_service()
    {
        var padding = new string(' ', 64 * 1024);
        await using var service = await ScriptedService.StartAsync(Answers.Json(500, $$"""{"error":"x","code":"internal_error"}{{padding}}"""));

        Assert.Equal(ChatErrorCodes.UnexpectedResponse, (await FailureOf(service)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("has a space")]
    public async Task A_request_id_that_is_none_is_left_out(string header)
    {
        await using var service = await ScriptedService.StartAsync(Answers.Error(500, "internal_error", ("X-Request-ID", header)));

        var failure = await FailureOf(service);

        Assert.Null(failure.RequestId);
        Assert.Equal("The Chat service answered 500 (internal_error).", failure.Message);
    }

    private static Task<ChatApiException> FailureOf(ScriptedService service) =>
        Assert.ThrowsAsync<ChatApiException>(() => service.Client(new HandTurnedTime()).SendAsync("Hello", "s-1"));
}
