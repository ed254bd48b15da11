using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Conversations;

public sealed class SessionTests : AppTest
{
    [Fact]
    public async Task The_second_question_carries_the_first_turn_and_after_24_hours_and_a_minute_it_does_not()
    {
        await App.AskAsync(Channel, "My name is Ada.");
        await App.AskAsync(Channel, "What is my name?");
        Assert.Equal(
            [("user", "My name is Ada."), ("assistant", "You said: My name is Ada."), ("user", "What is my name?")],
            Upstream.LastRequest.Messages);

        App.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        await App.AskAsync(Channel, "And now?");
        Assert.Equal([("user", "And now?")], Upstream.LastRequest.Messages);
        Assert.Equal(["And now?", "You said: And now?"], (await App.HistoryAsync(Channel)).Select(message => (string)message!["content"]!));
    }

    [Fact]
    public async Task A_session_lives_for_24_hours_after_its_last_message_to_the_millisecond()
    {
        await App.AskAsync(Channel, "one");
        App.Time.Advance(TimeSpan.FromHours(23));
        await App.AskAsync(Channel, "two");
        App.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(4, (await App.HistoryAsync(Channel)).Count);
        App.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(await App.HistoryAsync(Channel));
    }

    [Fact]
    public async Task Reading_a_session_does_not_prolong_it()
    {
        await App.AskAsync(Channel, "one");
        App.Time.Advance(TimeSpan.FromHours(23));
        await App.HistoryAsync(Channel);
        App.Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await App.HistoryAsync(Channel));
    }

    [Fact]
    public async Task Expired_sessions_are_deleted_and_not_only_hidden()
    {
        await App.AskAsync(Channel, "a sentence that must not stay");
        Assert.Equal(1, Rows.Count(App, "turns"));
        App.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => Rows.Count(App, "turns") == 0 && Rows.Count(App, "threads") == 0);
        Assert.Equal(1, Rows.Count(App, "usage"));
    }

    [Fact]
    public async Task A_thread_that_its_session_has_left_behind_is_deleted_too()
    {
        await App.AskAsync(Channel, "old");
        App.Time.SetWallClock(App.Time.GetUtcNow() + TimeSpan.FromHours(25));
        await App.AskAsync(Channel, "new");
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => Rows.Count(App, "turns") == 1);
        Assert.Equal("new", (string)(await App.HistoryAsync(Channel))[0]!["content"]!);
    }

    [Fact]
    public async Task More_expired_sessions_than_a_batch_are_all_deleted()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 10_000 });
        for (var i = 0; i < 250; i++)
            await App.AskAsync(channel, "hello", $"session-{i}");
        App.Time.Advance(TimeSpan.FromHours(25));
        await Eventually.TrueAsync(() => Rows.Count(App, "threads") == 0 && Rows.Count(App, "turns") == 0);
    }

    [Fact]
    public async Task Forgetting_deletes_the_session_at_once_and_no_other()
    {
        await App.AskAsync(Channel, "secret", "mine");
        await App.AskAsync(Channel, "hello", "other");
        using var forgotten = await App.GetAsync(Channel, "/history?session_id=mine", HttpMethod.Delete);
        Assert.Equal(204, (int)forgotten.StatusCode);
        Assert.Empty(await App.HistoryAsync(Channel, "mine"));
        Assert.Equal(2, (await App.HistoryAsync(Channel, "other")).Count);
        Assert.Equal(1, Rows.Count(App, "turns"));
        await App.AskAsync(Channel, "what did I say?", "mine");
        Assert.Single(Upstream.LastRequest.Messages);
    }

    [Fact]
    public async Task Forgetting_what_is_not_there_is_204()
    {
        using var response = await App.GetAsync(Channel, "/history?session_id=nobody", HttpMethod.Delete);
        Assert.Equal(204, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_turn_that_runs_while_its_session_is_forgotten_keeps_no_text_and_is_charged()
    {
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        Upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "a late reply");
        };
        var sending = App.SendAsync(Channel, "a question to forget");
        await asked.Task;
        await App.GetAsync(Channel, "/history?session_id=session-1", HttpMethod.Delete);
        Assert.Empty(await App.HistoryAsync(Channel));
        release.SetResult();
        using var response = await sending;
        Assert.Equal("a late reply", (string)(await response.JsonAsync())["reply"]!);
        Assert.Empty(await App.HistoryAsync(Channel));
        Assert.Equal(0, Rows.Count(App, "turns WHERE message <> '' OR reply <> ''"));
        Assert.Equal(0.05m, (decimal)(await App.ReadChannelAsync(Channel))["credits_consumed"]!);
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
        await App.AskAsync(Channel, "hello", "session");
        Assert.Empty(await App.HistoryAsync(Channel, other));
        await App.AskAsync(Channel, "hello", other);
        Assert.Single(Upstream.LastRequest.Messages);
    }

    [Fact]
    public async Task The_same_session_id_in_anotherChannel_is_another_session()
    {
        var other = await App.CreateChannelAsync();
        await App.AskAsync(Channel, "hello");
        Assert.Empty(await App.HistoryAsync(other));
        using var forgotten = await App.GetAsync(other, "/history?session_id=session-1", HttpMethod.Delete);
        Assert.Equal(2, (await App.HistoryAsync(Channel)).Count);
    }

    [Fact]
    public async Task Sessions_survive_a_restart()
    {
        await App.AskAsync(Channel, "hello");
        await using var again = new ChatApp(App.Folder).WithProvider("mock", Upstream);
        Assert.Equal(2, (await again.HistoryAsync(Channel)).Count);
        await again.AskAsync(Channel, "and again");
        Assert.Equal(3, Upstream.LastRequest.Messages.Count);
    }

    [Fact]
    public async Task A_configured_lifetime_is_kept()
    {
        await using var app = new ChatApp().WithProvider("mock", Upstream).With("Sessions:Lifetime", "01:00:00");
        var channel = await app.CreateChannelAsync();
        await app.AskAsync(channel, "hello");
        app.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotEmpty(await app.HistoryAsync(channel));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await app.HistoryAsync(channel));
    }
}
