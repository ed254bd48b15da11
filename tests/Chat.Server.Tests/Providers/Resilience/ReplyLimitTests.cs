using System.Net;
using System.Text;
using Chat.Server.Providers;
using Chat.Server.Providers.OpenAI;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Extensions.AI;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>How much is read of an answer that has no end, counted at the body itself.</summary>
public sealed class ReplyLimitTests
{
    private static readonly string LongPiece = $"data: {Upstreams.Piece(new string('a', 500))}\n\n";

    [Theory]
    [InlineData(1)]
    [InlineData(1_024)]
    [InlineData(8_192)]
    public async Task Of_a_line_without_end_no_more_is_read_than_one_event_may_have(int tokens)
    {
        var limits = Limits(tokens);
        // The parser's buffer doubles, so that a last read may ask for as much again.
        Assert.InRange(await ReadAsync("data: {\"choices\":[{\"delta\":{\"content\":\"", "aaaa", tokens), limits.EventBytes, (2 * limits.EventBytes) + 65_536);
    }

    [Theory]
    [InlineData("data: a\n")]
    [InlineData("data: a\r\n")]
    [InlineData("data: a\r")]
    public async Task Lines_that_never_end_their_event_are_one_event(string line)
    {
        var limits = Limits(16);
        Assert.InRange(await ReadAsync("", line, 16), limits.EventBytes, (3 * limits.EventBytes) + 65_536);
    }

    [Theory]
    [InlineData(": keep-alive\n\n")]
    [InlineData("data: {\"choices\":[]}\r\n\r\n")]
    [InlineData("event: ping\rdata: {}\r\r")]
    [InlineData("\n")]
    public async Task Of_events_without_end_no_more_is_read_than_the_whole_may_have(string events)
    {
        var limits = Limits(16);
        Assert.InRange(await ReadAsync("", events, 16), limits.TotalBytes, limits.TotalBytes + 65_536);
    }

    [Fact]
    public async Task Of_text_without_end_no_more_is_taken_than_the_tokens_can_be()
    {
        var limits = Limits(256);
        Assert.InRange(await ReadAsync("", LongPiece, 256), limits.Characters, (2 * limits.Characters) + 65_536);
    }

    [Fact]
    public async Task Of_an_answer_in_one_piece_no_more_is_read_than_it_may_have()
    {
        var limits = Limits(256);
        var body = new EndlessBody("{\"choices\":[{\"message\":{\"content\":\"", "aaaa");
        var fault = await Assert.ThrowsAsync<ProviderException>(() => Client(body, "application/json").GetResponseAsync([], new ChatOptions { MaxOutputTokens = 256 }));
        Assert.Equal("response_too_large", fault.Reason);
        Assert.InRange(body.Count, limits.EventBytes, (2 * limits.EventBytes) + 65_536);
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(4_096, "\uFEFF")]
    [InlineData(200_000, "")]
    public async Task An_answer_in_one_piece_is_read_to_its_end_whatever_its_length_and_mark(int length, string mark)
    {
        var text = new string('a', length);
        var answer = $$"""{"choices":[{"message":{"role":"assistant","content":"{{text}}"} }],"usage":{"prompt_tokens":7,"completion_tokens":{"of":1} } }""";
        var body = new EndlessBody(mark + answer, "");
        var response = await Client(body, "application/json").GetResponseAsync([]);
        Assert.Equal(text, response.Text);
        Assert.Null(response.Usage);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task An_event_of_the_size_that_is_allowed_is_read_and_so_is_the_next(string newLine)
    {
        var text = new string('a', 16_000);
        var lines = string.Join(newLine, $"data: {Upstreams.Piece(text)}", "", $"data: {Upstreams.Finish()}", "", "data: [DONE]", "", "");
        var body = new EndlessBody(lines, "");
        var response = await Client(body, "text/event-stream").GetStreamingResponseAsync([], new ChatOptions { MaxOutputTokens = 16 }).ToChatResponseAsync();
        Assert.Equal(text, response.Text);
    }

    [Fact]
    public void Limits_grow_with_the_tokens_and_stop_growing()
    {
        Assert.Equal(Limits(65_536), Limits(int.MaxValue));
        Assert.True(Limits(65_536).EventBytes < 40 * 1024 * 1024);
        Assert.True(Limits(1_024).EventBytes < 1024 * 1024);
        Assert.Equal(Limits(8_192), ReplyLimits.For(null));
    }

    private static ReplyLimits Limits(int tokens) => ReplyLimits.For(new ChatOptions { MaxOutputTokens = tokens });

    private static async Task<long> ReadAsync(string start, string repeated, int tokens)
    {
        var body = new EndlessBody(start, repeated);
        var client = Client(body, "text/event-stream");
        var fault = await Assert.ThrowsAsync<ProviderException>(() =>
            client.GetStreamingResponseAsync([], new ChatOptions { MaxOutputTokens = tokens }).ToChatResponseAsync());
        Assert.Equal("response_too_large", fault.Reason);
        return body.Count;
    }

    private static OpenAIChatClient Client(EndlessBody body, string type) => ProviderClient.Over(new Handler(body, type));

    private sealed class Handler(Stream body, string type) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) { Headers = { ContentType = new(type) } } });
    }

    /// <summary>A text, then another over and over (or the end, where that is empty), counting what is read.</summary>
    private sealed class EndlessBody(string start, string repeated) : Stream
    {
        private readonly byte[] _start = Encoding.UTF8.GetBytes(start);
        private readonly byte[] _repeated = Encoding.UTF8.GetBytes(repeated);

        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = 0;
            for (; read < count && (Count < _start.Length || _repeated.Length > 0); read++, Count++)
                buffer[offset + read] = Count < _start.Length ? _start[Count] : _repeated[(Count - _start.Length) % _repeated.Length];
            return read;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
