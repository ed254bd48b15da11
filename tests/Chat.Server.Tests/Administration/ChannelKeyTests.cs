using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class ChannelKeyTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly ChatApp _app = shared.App;

    [Fact]
    public async Task Revealing_gives_the_key_that_was_handed_out()
    {
        var channel = await _app.CreateChannelAsync();

        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/key");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Equal($$"""{"id":"{{channel.Id}}","key":"{{channel.Key}}"}""", (await response.JsonAsync()).ToJsonString());
    }

    [Fact]
    public async Task After_a_rotation_the_old_key_is_401_at_once_and_the_new_one_works()
    {
        var channel = await _app.CreateChannelAsync(ChannelRules.Guide());
        await _app.AskAsync(channel, "What are your opening hours?");

        var rotated = await RotateAsync(channel);

        using var refused = await _app.SendAsync(channel, "Hello?");
        Assert.Equal((401, "invalid_api_key"), ((int)refused.StatusCode, (string)(await refused.JsonAsync())["code"]!));
        Assert.NotEqual(channel.Key, rotated.Key);
        Assert.Equal(2, (await _app.HistoryAsync(rotated)).Count);
    }

    [Fact]
    public async Task A_rotation_answers_with_the_channel_its_new_key_and_its_account()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync();
        await app.AskAsync(channel, "Hello");
        app.Time.Advance(TimeSpan.FromMinutes(1));

        using var response = await app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/key/rotate");
        var rotated = await response.JsonAsync();
        using var revealed = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/key");

        Assert.Equal((string)(await revealed.JsonAsync())["key"]!, (string)rotated["key"]!);
        rotated.Remove("key");
        Assert.Equal((await app.ReadChannelAsync(channel)).ToJsonString(), rotated.ToJsonString());
    }

    [Fact]
    public async Task Each_rotation_ends_the_key_before_it()
    {
        var first = await _app.CreateChannelAsync(ChannelRules.Guide());
        var second = await RotateAsync(first);
        var third = await RotateAsync(second);

        using var refused = await _app.SendAsync(second, "Hello?");
        Assert.Equal(401, (int)refused.StatusCode);
        await _app.AskAsync(third, "Hello?");
    }

    private async Task<TestChannel> RotateAsync(TestChannel channel)
    {
        using var response = await _app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/key/rotate");
        Assert.Equal(200, (int)response.StatusCode);
        var json = await response.JsonAsync();
        Assert.Equal(channel.Id, Guid.Parse((string)json["id"]!));
        return channel with { Key = (string)json["key"]! };
    }
}
