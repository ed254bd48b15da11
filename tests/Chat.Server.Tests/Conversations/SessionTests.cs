using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Conversations;

public sealed class SessionTests : IAsyncLifetime
{
    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;
    private TestChannel _channel = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _app = new ChatApp().WithProvider("mock", _upstream);
        _channel = await _app.CreateChannelAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task The_second_question_carries_the_first_turn_and_after_24_hours_and_a_minute_it_does_not()
    {
        await _app.AskAsync(_channel, "My name is Ada.");
        await _app.AskAsync(_channel, "What is my name?");
        Assert.Equal(
            [("user", "My name is Ada."), ("assistant", "You said: My name is Ada."), ("user", "What is my name?")],
            _upstream.LastRequest.Messages);

        _app.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        await _app.AskAsync(_channel, "And now?");
        Assert.Equal([("user", "And now?")], _upstream.LastRequest.Messages);
        Assert.Equal(["And now?", "You said: And now?"], (await _app.HistoryAsync(_channel)).Select(message => (string)message!["content"]!));
    }

    [Fact]
    public async Task A_session_lives_for_24_hours_after_its_last_message_to_the_millisecond()
    {
        await _app.AskAsync(_channel, "one");
        _app.Time.Advance(TimeSpan.FromHours(23));
        await _app.AskAsync(_channel, "two");
        _app.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(4, (await _app.HistoryAsync(_channel)).Count);
        _app.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(await _app.HistoryAsync(_channel));
    }

    [Fact]
    public async Task Reading_a_session_does_not_prolong_it()
    {
        await _app.AskAsync(_channel, "one");
        _app.Time.Advance(TimeSpan.FromHours(23));
        await _app.HistoryAsync(_channel);
        _app.Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await _app.HistoryAsync(_channel));
    }

    [Fact]
    public async Task Expired_sessions_are_deleted_and_not_only_hidden()
    {
        await _app.AskAsync(_channel, "a sentence that must not stay");
        Assert.Equal(1, Rows.Count(_app, "turns"));
        _app.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => Rows.Count(_app, "turns") == 0 && Rows.Count(_app, "threads") == 0);
        Assert.Equal(1, Rows.Count(_app, "usage"));
    }

    [Fact]
    public async Task A_thread_that_its_session_has_left_behind_is_deleted_too()
    {
        await _app.AskAsync(_channel, "old");
        _app.Time.SetWallClock(_app.Time.GetUtcNow() + TimeSpan.FromHours(25));
        await _app.AskAsync(_channel, "new");
        _app.Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => Rows.Count(_app, "turns") == 1);
        Assert.Equal("new", (string)(await _app.HistoryAsync(_channel))[0]!["content"]!);
    }

    [Fact]
    public async Task More_expired_sessions_than_a_batch_are_all_deleted()
    {
        var channel = await _app.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 10_000 });
        for (var i = 0; i < 250; i++)
            await _app.AskAsync(channel, "hello", $"session-{i}");
        _app.Time.Advance(TimeSpan.FromHours(25));
        await Eventually.TrueAsync(() => Rows.Count(_app, "threads") == 0 && Rows.Count(_app, "turns") == 0);
    }

    [Fact]
    public async Task Forgetting_deletes_the_session_at_once_and_no_other()
    {
        await _app.AskAsync(_channel, "secret", "mine");
        await _app.AskAsync(_channel, "hello", "other");
        using var forgotten = await _app.GetAsync(_channel, "/history?session_id=mine", HttpMethod.Delete);
        Assert.Equal(204, (int)forgotten.StatusCode);
        Assert.Empty(await _app.HistoryAsync(_channel, "mine"));
        Assert.Equal(2, (await _app.HistoryAsync(_channel, "other")).Count);
        Assert.Equal(1, Rows.Count(_app, "turns"));
        await _app.AskAsync(_channel, "what did I say?", "mine");
        Assert.Single(_upstream.LastRequest.Messages);
    }

    [Fact]
    public async Task Forgetting_what_is_not_there_is_204()
    {
        using var response = await _app.GetAsync(_channel, "/history?session_id=nobody", HttpMethod.Delete);
        Assert.Equal(204, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_turn_that_runs_while_its_session_is_forgotten_keeps_no_text_and_is_charged()
    {
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "a late reply");
        };
        var sending = _app.SendAsync(_channel, "a question to forget");
        await asked.Task;
        await _app.GetAsync(_channel, "/history?session_id=session-1", HttpMethod.Delete);
        Assert.Empty(await _app.HistoryAsync(_channel));
        release.SetResult();
        using var response = await sending;
        Assert.Equal("a late reply", (string)(await response.JsonAsync())["reply"]!);
        Assert.Empty(await _app.HistoryAsync(_channel));
        Assert.Equal(0, Rows.Count(_app, "turns WHERE message <> '' OR reply <> ''"));
        Assert.Equal(0.05m, (decimal)(await _app.ReadChannelAsync(_channel))["credits_consumed"]!);
    }

    [Theory]
    [InlineData("Session")]
    [InlineData("session ")]
    [InlineData(" session")]
    [InlineData("ｓession")]
    [InlineData("sessión")]
    [InlineData("sessio\u0301n")]
    [InlineData("session\u200b")]
    [InlineData("SESSION")]
    public async Task Session_ids_that_only_look_alike_are_different_sessions(string other)
    {
        await _app.AskAsync(_channel, "hello", "session");
        Assert.Empty(await _app.HistoryAsync(_channel, other));
        await _app.AskAsync(_channel, "hello", other);
        Assert.Single(_upstream.LastRequest.Messages);
    }

    [Fact]
    public async Task The_same_session_id_in_another_channel_is_another_session()
    {
        var other = await _app.CreateChannelAsync();
        await _app.AskAsync(_channel, "hello");
        Assert.Empty(await _app.HistoryAsync(other));
        using var forgotten = await _app.GetAsync(other, "/history?session_id=session-1", HttpMethod.Delete);
        Assert.Equal(2, (await _app.HistoryAsync(_channel)).Count);
    }

    [Fact]
    public async Task Sessions_survive_a_restart()
    {
        await _app.AskAsync(_channel, "hello");
        await using var again = new ChatApp(_app.Folder).WithProvider("mock", _upstream);
        Assert.Equal(2, (await again.HistoryAsync(_channel)).Count);
        await again.AskAsync(_channel, "and again");
        Assert.Equal(3, _upstream.LastRequest.Messages.Count);
    }

    [Fact]
    public async Task A_configured_lifetime_is_kept()
    {
        await using var app = new ChatApp().WithProvider("mock", _upstream).With("Sessions:Lifetime", "01:00:00");
        var channel = await app.CreateChannelAsync();
        await app.AskAsync(channel, "hello");
        app.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotEmpty(await app.HistoryAsync(channel));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await app.HistoryAsync(channel));
    }
}
