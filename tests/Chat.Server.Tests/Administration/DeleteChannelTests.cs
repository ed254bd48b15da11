using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class DeleteChannelTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly ChatApp _app = shared.App;

    [Fact]
    public async Task A_deleted_channel_is_gone_from_every_operation()
    {
        var channel = await _app.CreateChannelAsync();

        using var deleted = await DeleteAsync(channel);

        Assert.Equal(204, (int)deleted.StatusCode);
        Assert.Equal("", await deleted.Content.ReadAsStringAsync());
        using var again = await DeleteAsync(channel);
        await Problem.AssertAsync(again, "not_found");
        using var read = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}");
        await Problem.AssertAsync(read, "not_found");
        using var list = await _app.AdminAsync(HttpMethod.Get, "/admin/v1/channels?limit=200");
        Assert.DoesNotContain(channel.Id.ToString(), await list.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_key_is_refused_at_once_though_it_was_just_used_and_others_keep_theirs()
    {
        var channel = await _app.CreateChannelAsync(ChannelRules.Guide());
        var other = await _app.CreateChannelAsync(ChannelRules.Guide());
        await _app.AskAsync(channel, "What are your opening hours?", "first");
        await _app.AskAsync(channel, "And on Sundays?", "second");
        await _app.AskAsync(other, "What are your opening hours?", "first");

        using var deleted = await DeleteAsync(channel);

        Assert.Equal(204, (int)deleted.StatusCode);
        using var refused = await _app.SendAsync(channel, "Hello?");
        Assert.Equal((401, "invalid_api_key"), ((int)refused.StatusCode, (string)(await refused.JsonAsync())["code"]!));
        Assert.Equal(2, (await _app.HistoryAsync(other, "first")).Count);
    }

    [Fact]
    public async Task A_channel_that_is_deleted_while_it_answers_ends_that_turn_with_a_documented_failure()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "Too late.");
        };

        var sending = app.SendAsync(channel, "Hello?");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        using var deleted = await app.AdminAsync(HttpMethod.Delete, $"/admin/v1/channels/{channel.Id}");
        release.SetResult();

        using var answer = await sending;
        Assert.Equal(204, (int)deleted.StatusCode);
        Assert.Equal((500, "ai_service_error"), ((int)answer.StatusCode, (string)(await answer.JsonAsync())["code"]!));
        Assert.DoesNotContain(app.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    private Task<HttpResponseMessage> DeleteAsync(TestChannel channel) => _app.AdminAsync(HttpMethod.Delete, $"/admin/v1/channels/{channel.Id}");
}
