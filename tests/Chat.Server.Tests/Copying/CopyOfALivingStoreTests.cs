using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Hosting;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Copying;

/// <summary>What a user does who moves: a service with a history, the command beside it, and a service on the copy.</summary>
public sealed class CopyOfALivingStoreTests : IAsyncLifetime
{
    private readonly string _copy = Directory.CreateTempSubdirectory("chat-copy-").FullName;
    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;

    private string CopyPath => Path.Combine(_copy, "chat.db");

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _app = new ChatApp().WithProvider("mock", _upstream);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
        Directory.Delete(_copy, recursive: true);
    }

    [Fact]
    public async Task A_service_on_the_copy_goes_on_where_the_other_was()
    {
        var settings = ChannelRules.EverySetting();
        settings["active"] = true;
        settings["expires_at"] = null;
        settings["model"] = "llama-3.3-70b-versatile";
        settings["alert_webhook_url"] = "https://hooks.example/alerts";
        var channel = await _app.CreateChannelAsync(settings);
        await _app.AskAsync(channel, "My name is Zoë 🙂.");
        using (await KeyedAsync(_app, channel))
        using (await _app.PostAsync(channel.Key, """{"message":"","session_id":"s"}"""))
            _app.Time.Advance(TimeSpan.FromSeconds(10));
        var paths = new[] { "", "/key", "/ledger", "/usage", "/webhook-secret" }.Select(path => $"/admin/v1/channels/{channel.Id}{path}").ToList();
        var before = await ReadAsync(_app, paths);
        var history = (await _app.HistoryAsync(channel)).ToJsonString();
        await Eventually.TrueAsync(() => Rows.Count(_app, "refusals") > 0);

        Assert.Contains("Audit of the target: 1 channels, 0 violations.", await CopyAsync(), StringComparison.Ordinal);

        await using var moved = NewHome();
        Assert.Equal(before.Take(3), (await ReadAsync(moved, paths)).Take(3));
        Assert.Equal(before[4], (await ReadAsync(moved, paths))[4]);
        Assert.Equal(history, (await moved.HistoryAsync(channel)).ToJsonString());
        var asked = _upstream.Requests.Count;
        using (var replay = await KeyedAsync(moved, channel))
            Assert.Equal("true", replay.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(asked, _upstream.Requests.Count);
        await moved.AskAsync(channel, "What is my name?");
        Assert.Contains(_upstream.LastRequest.Messages, message => message.Content == "My name is Zoë 🙂.");
        Assert.True(await IsSoundAsync(moved));
    }

    [Fact]
    public async Task A_turn_that_was_running_returns_what_it_held_when_its_lease_ends_there()
    {
        var channel = await _app.CreateChannelAsync();
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        _upstream.OnRequest = async (request, context) =>
        {
            asked.TrySetResult();
            await answer.Task;
            await FakeUpstream.Answer(context, "There.");
        };
        var sent = _app.AskAsync(channel, "hi");
        await asked.Task;

        await CopyAsync();
        answer.SetResult();
        await sent;

        await using var moved = NewHome();
        Assert.True(await IsSoundAsync(moved));
        Assert.True((decimal)(await moved.ReadChannelAsync(channel))["credits_reserved"]! > 0);
        moved.Time.Advance(TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(() => Rows.Count(moved, "turns WHERE state = 0") == 0);
        var after = await moved.ReadChannelAsync(channel);
        Assert.Equal((0m, 0m), ((decimal)after["credits_reserved"]!, (decimal)after["credits_consumed"]!));
        Assert.True(await IsSoundAsync(moved));
    }

    [Fact]
    public async Task Copies_under_load_are_each_of_one_instant_and_the_last_one_is_whole()
    {
        var channels = new[] { await _app.CreateChannelAsync(Unlimited()), await _app.CreateChannelAsync(Unlimited()) };
        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (var count = 0; !enough.IsCancellationRequested; count++)
            {
                using var sent = await _app.SendAsync(channels[count % 2], $"Message {count}", $"session-{worker}-{count % 20}");
                if (count % 10 == 0)
                    await _app.GetAsync(channels[0], $"/history?session_id=session-{worker}-0", HttpMethod.Delete);
            }
        })).ToList();
        await Eventually.TrueAsync(() => _upstream.Requests.Count > 100);

        using var source = new SqliteDatabase(_app.DatabasePath, new StorageOptions());
        using var target = new SqliteDatabase(CopyPath, new StorageOptions());
        var usage = new List<long>();
        for (var run = 0; run < 4; run++)
        {
            var former = _upstream.Requests.Count;
            var report = await Copies.RunAsync(source, target);
            Assert.True(report.IsRight, string.Join('\n', report.Audit.Violations));
            usage.Add(report.Tables.Single(table => table.Table.Name == "usage").Target[0]);
            await Eventually.TrueAsync(() => _upstream.Requests.Count > former + 20);
        }

        await enough.CancelAsync();
        await Task.WhenAll(load);
        var last = await Copies.RunAsync(source, target);
        Assert.True(last.IsRight);
        // The control: the store was written to between the copies, and they took it over.
        Assert.Equal(usage.Order().Distinct(), usage);
        Assert.Equal(Rows.Count(_app, "usage"), last.Tables.Single(table => table.Table.Name == "usage").Target[0]);
    }

    private static JsonObject Unlimited() => new() { ["requests_per_minute"] = 100_000, ["requests_per_day"] = 1_000_000, ["credits"] = 1_000_000 };

    private ChatApp NewHome()
    {
        var moved = new ChatApp(_copy).WithProvider("mock", _upstream);
        moved.Time.SetWallClock(_app.Time.GetUtcNow());
        return moved;
    }

    private async Task<string> CopyAsync()
    {
        var result = await ServerProcess.RunAsync(_app.Folder, "database", "copy", "--to", $"sqlite:{CopyPath}");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        return result.Output;
    }

    private static Task<HttpResponseMessage> KeyedAsync(ChatApp app, TestChannel channel)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = new StringContent("""{"message":"Once.","session_id":"keyed"}""", null, "application/json") };
        request.Headers.Add("X-API-Key", channel.Key);
        request.Headers.Add("Idempotency-Key", "key-1");
        return app.Client.SendAsync(request);
    }

    private static async Task<List<string>> ReadAsync(ChatApp app, IEnumerable<string> paths)
    {
        List<string> answers = [];
        foreach (var path in paths)
        {
            using var response = await app.AdminAsync(HttpMethod.Get, path);
            Assert.Equal(200, (int)response.StatusCode);
            answers.Add(await response.Content.ReadAsStringAsync());
        }

        return answers;
    }

    private static async Task<bool> IsSoundAsync(ChatApp app)
    {
        using var audit = await app.AdminAsync(HttpMethod.Get, "/admin/v1/audit");
        return (bool)(await audit.JsonAsync())["ok"]!;
    }
}
