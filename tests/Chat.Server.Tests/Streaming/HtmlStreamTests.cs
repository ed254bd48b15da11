using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Streaming;

public sealed class HtmlStreamTests : StreamTest
{
    private static readonly JsonObject WithHtml = new() { ["stream_html"] = true };

    [Fact]
    public async Task Blocks_come_as_soon_as_they_can_no_longer_change_and_are_the_reply_s_html_together()
    {
        var held = Hold(["# Title\n\nFirst **bold", "** one.\n\nSecond"], " one.\n");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", more: WithHtml);
        await stream.StartAsync();
        await held.Reached.Task;
        List<string> blocks = [];
        while (blocks.Count < 2)
        {
            if (await stream.NextAsync() is ("html", var html) && html["block"] is { } block)
                blocks.Add((string)block!);
        }

        Assert.Equal("<h1>Title</h1>\n<p>First <strong>bold</strong> one.</p>\n", string.Concat(blocks));
        held.Release.SetResult();
        var rest = await stream.RestAsync();
        blocks.AddRange(rest.Where(item => item.Name == "html" && item.Data.ContainsKey("block")).Select(item => (string)item.Data["block"]!));
        Assert.Equal("done", rest[^1].Name);
        Assert.Equal((string)rest[^1].Data["reply_html"]!, string.Concat(blocks));
    }

    [Fact]
    public async Task What_is_open_is_a_draft_that_grows_by_15_percent_or_half_a_second()
    {
        var said = new SemaphoreSlim(0);
        var pieces = new Queue<string>([new string('a', 100), "b", "c", new string('d', 20), "e"]);
        Upstream.OnRequest = async (_, context) =>
        {
            await context.BeginStreamAsync();
            while (pieces.TryDequeue(out var piece))
            {
                await said.WaitAsync();
                await context.SayAsync(piece);
            }

            await said.WaitAsync();
            await context.EndStreamAsync();
        };
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", more: WithHtml);
        await stream.StartAsync();
        said.Release();
        await stream.DeltaAsync();
        var first = await stream.NextAsync("html");
        Assert.Equal(($"<p>{new string('a', 100)}</p>\n", "block"), ((string)first["draft"]!, (string)first["context"]!));
        // One more character is no reason; nor is another: no draft between the two.
        said.Release();
        await stream.DeltaAsync();
        said.Release();
        await stream.DeltaAsync();
        // Half a second is, although nothing is said.
        var next = stream.NextAsync("html");
        // Of a wait that has just been left the timer may still be there: then the one after it needs half a second of its own, when a look for stops is due as well.
        var half = TimeSpan.FromMilliseconds(500);
        var passed = 0;
        await Eventually.TrueAsync(() =>
        {
            if (App.Time.TimersDueIn(half) == 1 + passed)
            {
                passed++;
                App.Time.Advance(half);
            }

            return next.IsCompleted;
        });
        Assert.Equal($"<p>{new string('a', 100)}bc</p>\n", (string)(await next)["draft"]!);
        // 20 on 102 is more than 15 percent.
        said.Release();
        await stream.DeltaAsync();
        Assert.Contains("bcddd", (string)(await stream.NextAsync("html"))["draft"]!, StringComparison.Ordinal);
        said.Release();
        await stream.DeltaAsync();
        said.Release();
        var end = await stream.RestAsync();
        Assert.Equal(["html", "done"], end.Select(item => item.Name));
        Assert.Equal((string)end[1].Data["reply_html"]!, (string)end[0].Data["block"]!);
    }

    [Fact]
    public async Task A_draft_says_what_the_blocks_before_it_have_left_open()
    {
        var held = Hold(["```text\nfirst line\nsecond li"], "ne\n```\n");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", more: WithHtml);
        await stream.StartAsync();
        await stream.DeltaAsync();
        Assert.True((await stream.NextAsync("html")).ContainsKey("block"));
        var draft = await stream.NextAsync("html");
        while (draft.ContainsKey("block"))
            draft = await stream.NextAsync("html");
        Assert.Equal("""{"draft":"second li","context":"preformatted"}""", draft.ToJsonString());
        held.Release.SetResult();
        Assert.Equal("done", (await stream.RestAsync())[^1].Name);
    }

    [Fact]
    public async Task One_who_joins_has_the_same_html_early_late_and_afterwards()
    {
        var held = Hold(["One.\n\nTwo.\n\nThr"], "ee.");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var id = await stream.StartAsync();
        await stream.DeltaAsync();
        await using var first = await StreamReading.JoinAsync(App, Channel, id, "?stream_html=true");
        await using var second = await StreamReading.JoinAsync(App, Channel, id, "?stream_html=true");
        await using var plain = await StreamReading.JoinAsync(App, Channel, id);
        await first.StartAsync();
        held.Release.SetResult();
        var readers = await Task.WhenAll(first.RestAsync(), second.RestAsync(), plain.RestAsync());
        await using var late = await StreamReading.JoinAsync(App, Channel, id, "?stream_html=true");
        foreach (var events in new[] { readers[0], readers[1], await late.RestAsync() })
            Assert.Equal("<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>\n", BlocksOf(events));
        Assert.DoesNotContain(readers[2], item => item.Name == "html");
    }

    [Fact]
    public async Task A_reply_that_fails_has_no_more_blocks()
    {
        var read = new TaskCompletionSource();
        Upstream.OnRequest = async (_, context) =>
        {
            await context.BeginStreamAsync();
            await context.SayAsync("One.\n\nTwo");
            await read.Task;
        };
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", more: WithHtml);
        await stream.StartAsync();
        await stream.DeltaAsync();
        read.SetResult();
        var rest = await stream.RestAsync();
        Assert.Equal("error", rest[^1].Name);
        Assert.Contains(BlocksOf(rest), new[] { "", "<p>One.</p>\n" });
    }

    [Fact]
    public async Task A_stopped_and_an_empty_reply_have_the_html_that_is_answered()
    {
        Hold(["One.\n\n* a\n* b"]);
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", more: WithHtml);
        var id = await stream.StartAsync();
        await stream.DeltaAsync();
        using var stop = await App.GetAsync(Channel, $"/chat/{id}/stop", HttpMethod.Post);
        var rest = await stream.RestAsync();
        Assert.Equal((string)rest[^1].Data["reply_html"]!, BlocksOf(rest));
    }

    private static string BlocksOf(IEnumerable<(string Name, JsonObject Data)> events) =>
        string.Concat(events.Where(item => item.Name == "html").Select(item => (string?)item.Data["block"]));
}
