using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Streaming;

/// <summary>Two instances on one database: what one makes, the other can read, join, stop and rate.</summary>
public sealed class SeveralInstancesTests : StreamTest
{
    private ChatApp _other = null!;

    [Fact]
    public async Task A_reader_on_the_other_instance_waits_and_gets_the_reply_whole()
    {
        var held = Hold(["half"], " and half");
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var id = await stream.StartAsync();
        await using var joined = await StreamReading.JoinAsync(_other, Channel, id);
        Assert.Equal(id, await joined.StartAsync());
        var rest = joined.RestAsync();
        _other.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(rest.IsCompleted);
        held.Release.SetResult();
        var done = (await stream.RestAsync())[^1].Data;
        await MoveUntilAsync(_other.Time, () => rest.IsCompleted);
        var events = await rest;
        Assert.Equal(["delta", "done"], events.Select(item => item.Name));
        Assert.Equal("half and half", (string)events[0].Data["text"]!);
        Assert.Equal(done.ToJsonString(), events[1].Data.ToJsonString());
        Assert.Single(Upstream.Requests);
    }

    [Fact]
    public async Task A_reply_is_stopped_from_the_other_instance_within_a_second()
    {
        var held = Hold(["said"]);
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var id = await stream.StartAsync();
        await stream.DeltaAsync();
        using (var stopped = await _other.GetAsync(Channel, $"/chat/{id}/stop", HttpMethod.Post))
            Assert.Equal(204, (int)stopped.StatusCode);
        Assert.Equal(1, Rows.Count(App, "turns WHERE stop_requested = 1 AND state = 0"));
        Assert.False(held.Cut.Task.IsCompleted);
        var rest = stream.RestAsync();
        // One look: the flag was there before it.
        App.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("said", (string)Assert.Single(await rest).Data["reply"]!);
        await held.Cut.Task.WaitAsync(Eventually.Patience);
        using var read = await _other.GetAsync(Channel, $"/chat/{id}");
        Assert.StartsWith("""{"status":"done","reply":"said",""", await read.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Fact]
    public async Task A_stop_ends_the_turn_that_it_names_and_no_other()
    {
        var first = Hold(["one"], " more");
        await using var stays = await StreamReading.AskAsync(App, Channel, "hello", "a");
        await stays.StartAsync();
        await first.Reached.Task;
        Hold(["two"]);
        await using var goes = await StreamReading.AskAsync(App, Channel, "hello", "b");
        var id = await goes.StartAsync();
        await goes.DeltaAsync();
        await _other.GetAsync(Channel, $"/chat/{id}/stop", HttpMethod.Post);
        App.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("two", (string)Assert.Single(await goes.RestAsync()).Data["reply"]!);
        App.Time.Advance(TimeSpan.FromSeconds(5));
        first.Release.SetResult();
        Assert.Equal("one more", (string)(await stays.RestAsync())[^1].Data["reply"]!);
    }

    [Fact]
    public async Task While_nothing_runs_nobody_looks()
    {
        await App.AskAsync(Channel, "hello");
        App.Time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(() => App.Time.Timers(TimeSpan.FromSeconds(1)) == 0);
        var held = Hold(["a"]);
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        await stream.StartAsync();
        await held.Reached.Task;
        Assert.Equal(1, App.Time.Timers(TimeSpan.FromSeconds(1)));
        held.Release.SetResult();
    }

    [Fact]
    public async Task A_turn_whose_process_is_gone_is_waited_for_until_its_lease_has_ended_and_is_an_error_then()
    {
        var id = Guid.Parse((string)(await App.AskAsync(Channel, "hello"))["message_id"]!);
        // What a killed process leaves behind.
        Rows.Execute(App, "DELETE FROM usage; UPDATE turns SET state = 0, reply = NULL, charged = 0, reserved = 500000; UPDATE channel_usage SET reserved = 500000, consumed = 0;");
        await using var joined = await StreamReading.JoinAsync(_other, Channel, id);
        await joined.StartAsync();
        using (var stop = await _other.GetAsync(Channel, $"/chat/{id}/stop", HttpMethod.Post))
            Assert.Equal(204, (int)stop.StatusCode);
        var rest = joined.RestAsync();
        await MoveUntilAsync(_other.Time, () => rest.IsCompleted, TimeSpan.FromSeconds(10));
        Assert.Equal("""{"error":"Internal error","code":"internal_error"}""", Assert.Single(await rest).Data.ToJsonString());
        using var read = await _other.GetAsync(Channel, $"/chat/{id}");
        Assert.Equal("""{"status":"failed","error":"Internal error","code":"internal_error"}""", await read.Content.ReadAsStringAsync());
        Assert.Equal(CleanAudit, await AuditAsync());
    }

    [Fact]
    public async Task A_session_that_is_forgotten_while_the_other_instance_waits_ends_the_waiting()
    {
        var held = Hold(["a"]);
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello", "s");
        var id = await stream.StartAsync();
        await using var joined = await StreamReading.JoinAsync(_other, Channel, id);
        await joined.StartAsync();
        var rest = joined.RestAsync();
        await App.GetAsync(Channel, "/history?session_id=s", HttpMethod.Delete);
        await MoveUntilAsync(_other.Time, () => rest.IsCompleted);
        Assert.Equal("""{"error":"Not found","code":"not_found"}""", Assert.Single(await rest).Data.ToJsonString());
        held.Release.SetResult();
        Assert.Equal("done", (await stream.RestAsync())[^1].Name);
    }

    protected override ChatApp Configure(ChatApp app)
    {
        base.Configure(app);
        _other = new ChatApp(app.Folder).WithProvider("mock", Upstream);
        _other.UseKestrel();
        _other.StartServer();
        return app;
    }

    protected override async Task TearDownAsync() => await _other.DisposeAsync();

    // Timers are made by what the clock's last move set going: it moves until what is waited for has happened.
    private static async Task MoveUntilAsync(FakeTime time, Func<bool> happened, TimeSpan? step = null)
    {
        for (var moves = 0; !happened() && moves < 2_000; moves++)
        {
            time.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }

        Assert.True(happened());
    }
}
