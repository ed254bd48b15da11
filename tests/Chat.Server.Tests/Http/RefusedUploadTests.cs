using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Http;

/// <summary>Whoever is refused while it still sends hears the answer, over a real connection, and the connection is good for the next request.</summary>
public sealed class RefusedUploadTests : AppTest
{
    private const int Length = 100_000;

    protected override ChatApp Configure(ChatApp app)
    {
        app.UseKestrel();
        app.StartServer();
        return app;
    }

    [Fact]
    public async Task A_body_of_29_MB_is_413()
    {
        var body = new ByteArrayContent(new byte[29 * 1000 * 1000]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await App.PostAsync(Channel.Key, body);
        Assert.Equal((413, "request_too_large"), ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"]));
    }

    [Theory]
    [InlineData(true, false, "413")]
    [InlineData(true, true, "413")]
    [InlineData(false, false, "401")]
    [InlineData(false, true, "401")]
    public async Task The_answer_comes_before_the_body_has_ended_and_the_rest_is_no_request_of_its_own(bool known, bool chunked, string status)
    {
        using var caller = await ConnectAsync();
        await caller.WriteAsync(
            $"POST /chat HTTP/1.1\r\nHost: {Address.Authority}\r\nX-API-Key: {(known ? Channel.Key : "ck_unknown")}\r\nContent-Type: application/json\r\n"
            + (chunked ? $"Transfer-Encoding: chunked\r\n\r\n{Length:x}\r\n" : $"Content-Length: {Length}\r\n\r\n"));
        // A refusal for what was read so far needs more than the limit of it.
        const int Sent = 70_000;
        await caller.WriteAsync(new string(' ', Sent));

        Assert.StartsWith($"HTTP/1.1 {status} ", await caller.AnswerAsync(), StringComparison.Ordinal);

        var rest = $"\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: {Address.Authority}\r\n\r\n";
        await caller.WriteAsync(rest.PadRight(Length - Sent) + (chunked ? "\r\n0\r\n\r\n" : ""));
        await caller.WriteAsync($"GET /healthz HTTP/1.1\r\nHost: {Address.Authority}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await caller.AnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_goes_on_sending_for_a_minute_is_cut_off()
    {
        using var caller = await ConnectAsync();
        await caller.WriteAsync($"POST /chat HTTP/1.1\r\nHost: {Address.Authority}\r\nContent-Length: 30000000\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", await caller.AnswerAsync(), StringComparison.Ordinal);

        // Fast enough for the server's least rate, and never done. The minute begins after the answer: one that passes before it is none.
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var count = 0; count < 200_000; count++)
            {
                if (count % 1_000 == 0)
                    App.Time.Advance(TimeSpan.FromMinutes(1));
                await caller.WriteAsync(" ");
            }
        });
    }

    private Uri Address => App.ClientOptions.BaseAddress;

    private async Task<Caller> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Address.Port);
        return new Caller(client);
    }

    private sealed class Caller(TcpClient client) : IDisposable
    {
        private readonly StreamReader _reader = new(client.GetStream(), Encoding.Latin1);

        public async Task WriteAsync(string text) => await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));

        /// <summary>One answer, to the end of its body: its first line.</summary>
        public async Task<string> AnswerAsync()
        {
            var status = await _reader.ReadLineAsync() ?? "";
            var length = 0;
            for (var line = status; line.Length > 0; line = await _reader.ReadLineAsync() ?? "")
            {
                if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                    length = int.Parse(line.AsSpan("Content-Length:".Length));
            }

            await _reader.ReadBlockAsync(new char[length]);
            return status;
        }

        public void Dispose()
        {
            _reader.Dispose();
            client.Dispose();
        }
    }
}
