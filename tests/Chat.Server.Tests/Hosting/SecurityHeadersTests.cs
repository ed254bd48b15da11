using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>What every answer carries, whatever it answers; over the real server, on a real port.</summary>
public sealed class SecurityHeadersTests : IAsyncLifetime
{
    private readonly ChatApp _app = new();
    private TestChannel _channel = null!;

    public static TheoryData<string, string, int> Answers { get; } = new()
    {
        { "GET", "/healthz", 200 },
        { "GET", "/readyz", 200 },
        { "GET", "/openapi/v1.json", 200 },
        { "GET", "/docs", 200 },
        { "GET", "/history?session_id=s", 200 },
        { "DELETE", "/history?session_id=s", 204 },
        { "GET", "/history", 422 },
        { "POST", "/chat", 400 },
        { "GET", "/chat", 405 },
        { "GET", "/nowhere", 404 },
        { "GET", "/admin/v1/channels", 401 },
        { "GET", "/admin/nowhere", 404 },
        { "GET", "/api/history?session_id=broken", 500 },
    };

    public async Task InitializeAsync()
    {
        _app.UseKestrel();
        _app.StartServer();
        _channel = await _app.CreateChannelAsync(ChannelRules.Guide());
    }

    public Task DisposeAsync() => _app.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_answer_carries_them_and_none_names_the_server(string method, string path, int status)
    {
        if (status == 500)
            Sqlite.Execute(_app.DatabasePath, "ALTER TABLE threads RENAME TO hidden;");

        using var response = await _app.GetAsync(_channel, path, new HttpMethod(method));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Matches("^[0-9a-f]{32}$", Header(response, "X-Request-ID"));
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("X-Powered-By"));
        var policy = Header(response, "Content-Security-Policy");
        if (path == "/docs")
        {
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            return;
        }

        Assert.Equal("default-src 'none'; frame-ancestors 'none'", policy);
        if (path != "/openapi/v1.json")
            Assert.True(response.Headers.CacheControl?.NoStore);
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
