using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Http;

/// <summary>One test for every row of the contract's error table that applies, and exact bytes of every body.</summary>
public sealed class ErrorTableTests
{
    private const string Good = """{"message":"hello","session_id":"s"}""";

    [Fact]
    public async Task Malformed_json_is_400()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        await IsErrorAsync(await app.PostAsync(channel.Key, "{\"message\":"), 400, """{"error":"Malformed JSON","code":"malformed_json"}""");
    }

    [Theory]
    [InlineData("/chat")]
    [InlineData("/api/chat")]
    public async Task No_key_is_401_before_the_body_is_looked_at(string path)
    {
        await using var app = new ChatApp();
        await IsErrorAsync(await app.PostAsync(null, new StringContent("not json"), path), 401, """{"error":"Missing API key","code":"missing_api_key"}""");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("chat_short")]
    [InlineData("chat_0000000000000000000000000000000000000000000")]
    [InlineData("chat_00000000000000000000000000000000000000000!0")]
    [InlineData("CHAT_0000000000000000000000000000000000000000000")]
    public async Task A_wrong_or_malformed_key_is_401(string key)
    {
        await using var app = new ChatApp();
        await IsErrorAsync(await app.PostAsync(key, Good), 401, """{"error":"Invalid API key","code":"invalid_api_key"}""");
    }

    [Fact]
    public async Task A_key_that_is_right_but_for_its_case_or_length_is_401()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        var swapped = string.Concat(channel.Key[..5], string.Concat(channel.Key[5..].Select(c => char.IsLower(c) ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c))));
        foreach (var key in new[] { swapped, channel.Key[..^1], channel.Key + "A" })
            await IsErrorAsync(await app.PostAsync(key, Good), 401, """{"error":"Invalid API key","code":"invalid_api_key"}""");
    }

    [Fact]
    public async Task A_bearer_token_is_taken_as_a_key_and_the_key_header_wins()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(app, null, $"Bearer {channel.Key}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(app, channel.Key, "Bearer chat_nonsense")).StatusCode);
        await IsErrorAsync(await PostAsync(app, null, "Bearer chat_nonsense"), 401, """{"error":"Invalid API key","code":"invalid_api_key"}""");
        await IsErrorAsync(await PostAsync(app, null, "Basic Y2hhdDpjaGF0"), 401, """{"error":"Missing API key","code":"missing_api_key"}""");
        await IsErrorAsync(await PostAsync(app, null, "Bearer "), 401, """{"error":"Missing API key","code":"missing_api_key"}""");
    }

    [Fact]
    public async Task A_disabled_channel_is_403_before_the_body_is_looked_at()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        await app.EditChannelAsync(channel, new JsonObject { ["active"] = false });
        await IsErrorAsync(await app.PostAsync(channel.Key, "not json"), 403, """{"error":"Site is inactive","code":"site_inactive"}""");
        Assert.Equal(403, (int)(await app.GetAsync(channel, "/history?session_id=s")).StatusCode);
    }

    [Fact]
    public async Task A_channel_without_credits_is_403_and_no_provider_is_asked()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync(new JsonObject { ["credits"] = 0 });
        await IsErrorAsync(await app.PostAsync(channel.Key, Good), 403, """{"error":"Credits exhausted","code":"credits_exhausted"}""");
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/nope")]
    [InlineData("/chat/extra/path")]
    [InlineData("/api")]
    [InlineData("/history/../nope")]
    public async Task An_unknown_path_is_404(string path)
    {
        await using var app = new ChatApp();
        await IsErrorAsync(await app.Client.GetAsync(path), 404, """{"error":"Not found","code":"not_found"}""");
    }

    [Theory]
    [InlineData("GET", "/chat", "POST")]
    [InlineData("DELETE", "/api/chat", "POST")]
    [InlineData("POST", "/history", "DELETE, GET")]
    [InlineData("PUT", "/api/history", "DELETE, GET")]
    public async Task Another_method_is_405_and_names_the_right_ones(string method, string path, string allow)
    {
        await using var app = new ChatApp();
        using var response = await app.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await IsErrorAsync(response, 405, """{"error":"Method not allowed","code":"method_not_allowed"}""");
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_body_over_64_KiB_is_413_with_or_without_a_length()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        const string Expected = """{"error":"Request too large","code":"request_too_large"}""";
        var padding = new string(' ', (64 * 1024) - Good.Length);
        Assert.NotEqual(413, (int)(await app.PostAsync(channel.Key, Good + padding)).StatusCode);
        await IsErrorAsync(await app.PostAsync(channel.Key, Good + padding + " "), 413, Expected);
        await IsErrorAsync(await app.PostAsync(channel.Key, new EndlessContent(64 * 1024)), 200, null);
        await IsErrorAsync(await app.PostAsync(channel.Key, new EndlessContent((64 * 1024) + 1)), 413, Expected);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/xml")]
    public async Task Another_media_type_is_415(string type)
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        await IsErrorAsync(await app.PostAsync(channel.Key, Good, type), 415, """{"error":"Unsupported media type","code":"unsupported_media_type"}""");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON")]
    [InlineData("application/vnd.site+json")]
    public async Task Every_kind_of_json_media_type_is_taken(string type)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync();
        Assert.Equal(200, (int)(await app.PostAsync(channel.Key, Good, type)).StatusCode);
    }

    [Fact]
    public async Task Failed_validation_is_422_with_every_field_s_messages()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        await IsErrorAsync(
            await app.PostAsync(channel.Key, """{"message":"   ","metadata":{"url":"ftp://x"}}"""),
            422,
            """{"error":"Invalid request","code":"invalid_request","details":{"message":["Is required: 1 to 2,000 characters after trimming."],"session_id":["Is required: 1 to 255 characters."],"metadata.url":["Must be an absolute http or https URL."]}}""");
    }

    [Fact]
    public async Task The_per_minute_limit_is_429_with_the_seconds_to_the_next_minute()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 2 });
        await app.AskAsync(channel, "one");
        await app.AskAsync(channel, "two");
        using var refused = await app.SendAsync(channel, "three");
        await IsErrorAsync(refused, 429, """{"error":"Rate limit exceeded","code":"rate_limit_exceeded"}""");
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter!.Delta);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await app.AskAsync(channel, "three");
    }

    [Fact]
    public async Task The_daily_limit_is_429_until_midnight_UTC()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync(new JsonObject { ["requests_per_day"] = 1 });
        await app.AskAsync(channel, "one");
        using var refused = await app.SendAsync(channel, "two");
        await IsErrorAsync(refused, 429, """{"error":"Daily limit exceeded","code":"daily_limit_exceeded"}""");
        var wait = refused.Headers.RetryAfter!.Delta!.Value;
        Assert.Equal(ChatApp.Noon.Date.AddDays(1) - ChatApp.Noon.DateTime, wait);
        app.Time.Advance(wait);
        await app.AskAsync(channel, "two");
    }

    [Theory]
    [InlineData(401, "application/json", """{"error":{"message":"canary key sk-upstream"}}""")]
    [InlineData(402, "application/json", "{}")]
    [InlineData(404, "application/json", "{}")]
    [InlineData(408, "text/plain", "")]
    [InlineData(429, "application/json", "{}")]
    [InlineData(500, "text/html", "<h1>canary</h1>")]
    [InlineData(502, "text/html", "<html>")]
    [InlineData(302, "text/plain", "elsewhere")]
    [InlineData(200, "text/html", "<html>canary</html>")]
    [InlineData(200, "application/json", "{}")]
    [InlineData(200, "application/json", "null")]
    [InlineData(200, "application/json", """{"choices":[]}""")]
    [InlineData(200, "application/json", """{"choices":[{"message":{"role":"assistant","content":""},"finish_reason":"stop"}]}""")]
    [InlineData(200, "application/json", """{"error":{"message":"canary"}}""")]
    [InlineData(200, "application/json", """{"choices":[{"message":{"role":"assis""")]
    public async Task An_upstream_error_of_any_kind_is_500_and_a_log_line_with_the_request_id(int status, string type, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync();
        upstream.RepliesRaw(status, type, body);
        using var response = await app.PostAsync(channel.Key, Good);
        await IsErrorAsync(response, 500, """{"error":"AI service error","code":"ai_service_error"}""");
        var requestId = response.Headers.GetValues("X-Request-ID").Single();
        Assert.Contains(app.Log.Lines, line => line.Contains(requestId, StringComparison.Ordinal) && line.Contains("mock/llama-3.3-70b-versatile", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Log.Lines, line => line.Contains("canary", StringComparison.Ordinal) || line.Contains("sk-upstream", StringComparison.Ordinal));
        Assert.Equal(0, (decimal)(await app.ReadChannelAsync(channel))["credits_consumed"]!);
        Assert.Equal(0, (decimal)(await app.ReadChannelAsync(channel))["credits_reserved"]!);
    }

    [Fact]
    public async Task An_upstream_that_cannot_be_reached_is_500()
    {
        var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync();
        await upstream.DisposeAsync();
        await IsErrorAsync(await app.PostAsync(channel.Key, Good), 500, """{"error":"AI service error","code":"ai_service_error"}""");
    }

    [Fact]
    public async Task A_model_without_any_provider_is_500()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        await IsErrorAsync(await app.PostAsync(channel.Key, Good), 500, """{"error":"AI service error","code":"ai_service_error"}""");
    }

    [Fact]
    public async Task A_store_out_of_reach_is_503_and_no_provider_is_asked_and_it_recovers_without_a_restart()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream).With("Storage:BusyTimeout", "00:00:00.100");
        var channel = await app.CreateChannelAsync();
        using (ForeignLock.Take(app.DatabasePath))
        {
            await IsErrorAsync(await app.PostAsync(channel.Key, Good), 503, """{"error":"Service unavailable","code":"service_unavailable"}""");
            Assert.Empty(upstream.Requests);
        }

        await IsErrorAsync(await app.PostAsync(channel.Key, Good), 200, null);
        Assert.Equal(0.05m, (decimal)(await app.ReadChannelAsync(channel))["credits_consumed"]!);
    }

    private static Task<HttpResponseMessage> PostAsync(ChatApp app, string? key, string authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = new StringContent(Good, MediaTypeHeaderValue.Parse("application/json")) };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (key is not null)
            request.Headers.Add("X-API-Key", key);
        return app.Client.SendAsync(request);
    }

    private static async Task IsErrorAsync(HttpResponseMessage response, int status, string? body)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (body is null)
            return;
        Assert.Equal((status, body), ((int)response.StatusCode, text));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Single(response.Headers.GetValues("X-Request-ID"));
        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count > 0);
    }

    /// <summary>A valid body of an exact size, sent in chunks without a length.</summary>
    private sealed class EndlessContent : HttpContent
    {
        private readonly int _size;

        public EndlessContent(int size)
        {
            _size = size;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Good));
            await stream.WriteAsync(Enumerable.Repeat((byte)' ', _size - Good.Length).ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
