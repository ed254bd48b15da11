using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Conversations;
using Chat.Server.Providers.OpenAI;
using Chat.Server.Rendering;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Extensions.AI;

namespace Chat.Server.Tests.Streaming;

/// <summary>However an upstream's bytes are written and cut, the text arrives byte for byte, and its HTML is that of the whole.</summary>
public sealed class ChunkingTests : StreamTest
{
    private static readonly int Seeds = Extent.Of(10_000, oneIn: 5);
    private static readonly int SeedsThroughHttp = Extent.Of(300, oneIn: 5);

    [Fact]
    public async Task Ten_thousand_cuttings_are_read_as_what_was_said()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var wire = new UpstreamWire(seed);
            var turn = new RunningTurn(Guid.Empty, "s");
            await foreach (var update in Client(wire).GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "?")]))
                turn.Say(update.Text);
            turn.FallSilent();
            Assert.True(wire.Text == turn.Text, $"Seed {seed}.");
            // Every piece can be sent by itself.
            Assert.All(turn.PiecesAfter(0), piece => Assert.Equal(piece, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece))));
        }
    }

    [Fact]
    public async Task The_control_arm_that_decodes_each_chunk_by_itself_is_found_out()
    {
        var wrong = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var wire = new UpstreamWire(seed);
            var naive = string.Concat(wire.Chunks().Select(chunk => Encoding.UTF8.GetString(chunk.Span)));
            wrong += naive == Encoding.UTF8.GetString(wire.Bytes) ? 0 : 1;
        }

        Assert.True(wrong > 50, $"Only {wrong} of 200 cut a character.");
        await Task.CompletedTask;
    }

    [Fact]
    public void Ten_thousand_cuttings_have_the_html_of_the_whole()
    {
        var time = new FakeTime(ChatApp.Noon);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var wire = new UpstreamWire(seed);
            var random = new Random(seed);
            var turn = new RunningTurn(Guid.Empty, "s");
            var rendering = turn.Rendering(time);
            var html = new StringBuilder();
            var (blocks, drafts) = (0, 0);
            for (var at = 0; at < wire.Text.Length;)
            {
                var length = Math.Min(random.Next(1, 12), wire.Text.Length - at);
                turn.Say(wire.Text.Substring(at, length));
                at += length;
                if (random.Next(3) == 0)
                    Take();
            }

            turn.FallSilent();
            turn.End(new TurnReply(turn.Text, SafeMarkdown.ToHtml(turn.Text), 1, 1, 1));
            Take();
            Assert.True(html.ToString() == SafeMarkdown.ToHtml(wire.Text), $"Seed {seed}.");

            void Take()
            {
                var news = rendering.After(blocks, drafts);
                html.AppendJoin("", news.Blocks);
                (blocks, drafts) = (blocks + news.Blocks.Count, news.DraftNumber);
            }
        }
    }

    [Fact]
    public async Task Three_hundred_go_through_the_service_whole()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["requests_per_minute"] = 100_000, ["requests_per_day"] = 1_000_000 });
        for (var seed = 0; seed < SeedsThroughHttp; seed++)
        {
            var wire = new UpstreamWire(seed);
            Upstream.OnRequest = async (_, context) =>
            {
                context.Response.ContentType = "text/event-stream";
                foreach (var chunk in wire.Chunks())
                {
                    await context.Response.Body.WriteAsync(chunk);
                    await context.Response.Body.FlushAsync();
                }
            };
            await using var stream = await StreamReading.AskAsync(App, Channel, "hello", $"s-{seed}", new JsonObject { ["stream_html"] = true });
            var events = await stream.RestAsync();
            Assert.True(events[^1].Name == "done", $"Seed {seed}: {events[^1].Data}");
            Assert.Equal(wire.Text, string.Concat(events.Select(item => (string?)item.Data["text"])));
            Assert.Equal(wire.Text, (string)events[^1].Data["reply"]!);
            Assert.Equal((string)events[^1].Data["reply_html"]!, string.Concat(events.Where(item => item.Name == "html").Select(item => (string?)item.Data["block"])));
            Assert.Equal(wire.Text, (string)(await App.HistoryAsync(Channel, $"s-{seed}"))[1]!["content"]!);
        }

        Assert.Equal(CleanAudit, await AuditAsync());
    }

    private static OpenAIChatClient Client(UpstreamWire wire) => ProviderClient.Over(new OneAnswer(wire));

    private sealed class OneAnswer(UpstreamWire wire) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StreamContent(new ChunkedStream(wire.Chunks())) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } },
            });
    }

    /// <summary>Gives one chunk a read.</summary>
    private sealed class ChunkedStream(IEnumerable<ReadOnlyMemory<byte>> chunks) : MemoryStream
    {
        private readonly IEnumerator<ReadOnlyMemory<byte>> _chunks = chunks.GetEnumerator();
        private ReadOnlyMemory<byte> _rest;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override int Read(Span<byte> buffer)
        {
            if (_rest.IsEmpty && _chunks.MoveNext())
                _rest = _chunks.Current;
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest.Span[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }
    }
}
