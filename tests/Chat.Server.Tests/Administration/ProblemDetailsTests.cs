using System.Net.Http.Headers;
using System.Text;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

/// <summary>Every error below <c>/admin</c> has one shape, whoever found it.</summary>
public sealed class ProblemDetailsTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Channels = "/admin/v1/channels";
    private const string Unknown = $"{Channels}/01900000-0000-7000-8000-000000000001";

    private readonly ChatApp _app = shared.App;

    public static TheoryData<string, string> Operations { get; } = new()
    {
        { "POST", Channels },
        { "GET", Channels },
        { "GET", Unknown },
        { "PATCH", Unknown },
        { "DELETE", Unknown },
        { "GET", $"{Unknown}/key" },
        { "POST", $"{Unknown}/key/rotate" },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Without_the_token_or_with_another_every_operation_is_401(string method, string path)
    {
        string?[] authorizations =
        [
            null, "", "Bearer", "Bearer ", "Bearer wrong", $"Basic {ChatApp.AdminToken}", ChatApp.AdminToken, $"Bearer {ChatApp.AdminToken}x",
            $"Bearer {ChatApp.AdminToken[..^1]}", $"Bearer {ChatApp.AdminToken.ToUpperInvariant()}", $"Bearer x {ChatApp.AdminToken}",
        ];
        foreach (var authorization in authorizations)
        {
            using var response = await SendAsync(method, path, "{", authorization: authorization);
            await Problem.AssertAsync(response, "invalid_admin_token");
        }
    }

    [Fact]
    public async Task The_schemes_name_is_taken_in_any_case()
    {
        using var response = await SendAsync("GET", Channels, authorization: $"bEARER {ChatApp.AdminToken}");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("GET", Unknown)]
    [InlineData("PATCH", Unknown)]
    [InlineData("DELETE", Unknown)]
    [InlineData("GET", Unknown + "/key")]
    [InlineData("POST", Unknown + "/key/rotate")]
    [InlineData("GET", Channels + "/not-an-id")]
    [InlineData("DELETE", Channels + "/1")]
    [InlineData("GET", Unknown + "/keys")]
    [InlineData("GET", "/admin/v1")]
    [InlineData("POST", "/admin/v2/channels")]
    [InlineData("GET", "/Admin/nowhere")]
    public async Task What_is_not_there_is_404(string method, string path)
    {
        using var response = await SendAsync(method, path, method == "PATCH" ? "{}" : null);

        await Problem.AssertAsync(response, "not_found");
    }

    [Theory]
    [InlineData("PUT", Channels)]
    [InlineData("DELETE", Channels)]
    [InlineData("POST", Unknown)]
    [InlineData("PUT", Unknown)]
    [InlineData("POST", Unknown + "/key")]
    [InlineData("GET", Unknown + "/key/rotate")]
    [InlineData("PUT", "/admin")]
    public async Task Another_method_is_405_and_says_which_are_allowed(string method, string path)
    {
        using var response = await SendAsync(method, path);

        await Problem.AssertAsync(response, "method_not_allowed");
        Assert.NotEmpty(response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("POST", false)]
    [InlineData("POST", true)]
    [InlineData("PATCH", false)]
    [InlineData("PATCH", true)]
    public async Task A_body_over_4_MiB_is_413_declared_or_not(string method, bool chunked)
    {
        const int limit = 4 * 1024 * 1024;
        foreach (var (length, code) in new[] { (limit, "malformed_json"), (limit + 1, "request_too_large") })
        {
            HttpContent content = new ByteArrayContent(Encoding.UTF8.GetBytes(new string(' ', length)));
            if (chunked)
                content = new StreamContent(new OneWayStream(await content.ReadAsStreamAsync()));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var request = Request(method, method == "POST" ? Channels : Unknown, $"Bearer {ChatApp.AdminToken}");
            request.Content = content;

            using var response = await _app.Client.SendAsync(request);

            await Problem.AssertAsync(response, code);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task A_body_that_does_not_claim_to_be_json_is_415(string contentType)
    {
        foreach (var (method, path) in new[] { ("POST", Channels), ("PATCH", Unknown) })
        {
            using var response = await SendAsync(method, path, "{}", contentType);
            await Problem.AssertAsync(response, "unsupported_media_type");
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/merge-patch+json")]
    [InlineData("APPLICATION/JSON")]
    public async Task Json_by_any_of_its_names_is_read(string contentType)
    {
        using var response = await SendAsync("POST", Channels, """{"name":"a"}""", contentType);

        Assert.Equal(201, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("{'name':'a'}")]
    [InlineData("""{"name":"a",}""")]
    [InlineData("""{"name":"a","name":"b"}""")]
    [InlineData("""{"name":"a"}{"name":"b"}""")]
    [InlineData("""{"name":"a" /* comment */}""")]
    public async Task A_body_that_is_not_json_is_400(string body)
    {
        using var response = await SendAsync("POST", Channels, body);

        await Problem.AssertAsync(response, "malformed_json");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"name\"")]
    [InlineData("1")]
    public async Task Json_that_is_no_object_is_422_about_the_body_itself(string body)
    {
        using var response = await SendAsync("POST", Channels, body);

        Assert.Equal([""], (await Problem.FieldsAsync(response)).Keys);
    }

    [Fact]
    public async Task A_fault_of_the_service_is_500_and_says_nothing_of_itself()
    {
        await using var app = new ChatApp();
        await app.CreateChannelAsync();
        Sqlite.Execute(app.DatabasePath, "ALTER TABLE channel_usage RENAME TO hidden;");

        using var response = await app.AdminAsync(HttpMethod.Get, Channels);

        await Problem.AssertAsync(response, "internal_error");
        Assert.DoesNotContain("channel_usage", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_refuses_to_write_is_503()
    {
        await using var app = new ChatApp().With("Storage:BusyTimeout", "00:00:01");
        var channel = await app.CreateChannelAsync();
        using var writer = Sqlite.HoldWriteLock(app.DatabasePath);

        using var response = await app.AdminAsync(HttpMethod.Delete, $"{Channels}/{channel.Id}");

        await Problem.AssertAsync(response, "service_unavailable");
    }

    private Task<HttpResponseMessage> SendAsync(
        string method, string path, string? body = null, string contentType = "application/json", string? authorization = $"Bearer {ChatApp.AdminToken}")
    {
        var request = Request(method, path, authorization);
        if (body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        return _app.Client.SendAsync(request);
    }

    private static HttpRequestMessage Request(string method, string path, string? authorization)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }

    /// <summary>A stream of unknown length, so that the request goes out without a declared one.</summary>
    private sealed class OneWayStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
