using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Exactness;
using Chat.Server.Tests.Infrastructure;
using Xunit.Abstractions;

namespace Chat.Server.Tests.Streaming;

/// <summary>Readers that do not read, and many that do.</summary>
[Collection(AloneTests.Name)]
public sealed class StreamLoadTests(ITestOutputHelper output) : StreamTest
{
    private const int Readers = 200;
    private const int Pieces = 40;
    private const long MayGrow = 12 * 1024 * 1024;

    // Escaped, a piece is 24 KB on the wire; all of them are far more than a connection's buffers take in without a reader.
    private static readonly string LongPiece = string.Concat(Enumerable.Repeat("😀", 2_000));
    private const int LongPieces = 200;

    [Fact]
    public async Task A_reader_that_does_not_read_does_not_hold_the_turn_up_and_has_it_all_when_it_does()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["model"] = "mixtral-8x7b-32768", ["max_output_tokens"] = 32_768 });
        Upstream.OnRequest = (_, context) => context.StreamAsync([.. Enumerable.Repeat(LongPiece, LongPieces)]);
        using var socket = await ConnectAsync();
        var body = """{"message":"hello","session_id":"slow","stream":true}""";
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /chat HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {Channel.Key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));

        await Eventually.TrueAsync(() => Rows.Count(App, "turns WHERE state = 1") == 1);
        Assert.Equal(LongPieces * LongPiece.Length, ((string)(await App.HistoryAsync(Channel, "slow"))[1]!["content"]!).Length);
        // It was held up itself: its answer is not over.
        Assert.DoesNotContain(App.Log.Lines, line => line.Contains("POST /chat answered", StringComparison.Ordinal));
        // A reader with an appetite is served meanwhile.
        var messageId = Guid.Parse(Rows.Text(App, "SELECT message_id FROM turns;"));
        await using (var joined = await StreamReading.JoinAsync(App, Channel, messageId))
            Assert.Equal("done", (await joined.RestAsync())[^1].Name);

        var transcript = await ReadAllAsync(socket);
        // The events of the upstream's pieces, each by itself; the last one has the whole.
        Assert.Equal(LongPieces, Count(transcript, "event: delta\n"));
        Assert.Equal(1, Count(transcript, "event: done\n"));
        await Eventually.TrueAsync(() => App.Log.Lines.Any(line => line.Contains("POST /chat answered", StringComparison.Ordinal)));
        Assert.Empty(Complaints());
    }

    [Fact]
    public async Task The_control_arm_that_writes_to_its_reader_itself_is_held_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var reader = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 * 1024 };
        await reader.ConnectAsync(listener.LocalEndpoint);
        using var writer = await listener.AcceptSocketAsync();
        var piece = Encoding.ASCII.GetBytes(new string('x', LongPiece.Length * 6));
        var written = 0;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            for (; written < LongPieces; written++)
            {
                for (var sent = 0; sent < piece.Length;)
                    sent += await writer.SendAsync(piece.AsMemory(sent), patience.Token);
            }
        });
        output.WriteLine($"The connection took {written} of {LongPieces} pieces.");
        Assert.InRange(written, 0, LongPieces - 1);
    }

    [Fact]
    public async Task Two_hundred_streams_at_once_are_whole_and_leave_no_memory_behind()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["requests_per_minute"] = 100_000, ["requests_per_day"] = 1_000_000 });
        await RoundAsync(0);
        var before = Settled();
        for (var round = 1; round <= 4; round++)
            await RoundAsync(round);
        var after = Settled();
        output.WriteLine($"{before / 1024} KB after the first round, {after / 1024} KB after four more.");
        Assert.InRange(after - before, long.MinValue, MayGrow);
        Assert.Equal(5 * Readers, Rows.Count(App, "turns WHERE state = 1"));
        Assert.Equal((5 * Readers * 0.05m, 0m), await AccountAsync());
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Fact]
    public void The_control_arm_that_keeps_what_was_said_is_seen_by_the_same_measure()
    {
        var before = Settled();
        var kept = Enumerable.Range(0, 4 * Readers).Select(_ => new string('x', Pieces * 250)).ToList();
        var after = Settled();
        Assert.True(after - before > MayGrow, $"{(after - before) / 1024} KB");
        GC.KeepAlive(kept);
    }

    // What the tests before have left is gone, with all that had only its finalizer to come.
    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    // All of them are in the middle of their replies at once, before any goes on.
    private async Task RoundAsync(int round)
    {
        var reached = new CountdownEvent(Readers);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Upstream.OnRequest = async (request, context) =>
        {
            await context.BeginStreamAsync();
            await context.SayAsync(request.Question);
            reached.Signal();
            await release.Task;
            for (var i = 0; i < Pieces; i++)
                await context.SayAsync(new string('x', 250));
            await context.EndStreamAsync();
        };
        var reading = Enumerable.Range(0, Readers).Select(async i =>
        {
            var question = $"{round}-{i}-";
            await using var stream = await StreamReading.AskAsync(App, Channel, question, $"s-{round}-{i}");
            var events = await stream.RestAsync();
            Assert.Equal("done", events[^1].Name);
            Assert.Equal(question + new string('x', Pieces * 250), string.Concat(events.Select(item => (string?)item.Data["text"])));
        }).ToList();
        await Eventually.TrueAsync(() => reached.IsSet);
        release.SetResult();
        await Task.WhenAll(reading);
        reached.Dispose();
    }

    private async Task<Socket> ConnectAsync()
    {
        var address = App.Client.BaseAddress!;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 * 1024 };
        await socket.ConnectAsync("127.0.0.1", address.Port);
        return socket;
    }

    private static async Task<string> ReadAllAsync(Socket socket)
    {
        using var everything = new MemoryStream();
        var buffer = new byte[256 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(60))) > 0)
            everything.Write(buffer, 0, count);
        return Encoding.UTF8.GetString(everything.ToArray());
    }

    private static int Count(string text, string part)
    {
        var count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
            count++;
        return count;
    }
}
