using System.Text.Json.Nodes;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Channels;

/// <summary>When a change of a channel counts: at once where it was made, within 5 seconds elsewhere (design, "Beyond one machine").</summary>
public sealed class ChannelChangesSeenTests
{
    private static readonly TimeSpan JustUnderFiveSeconds = TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1);

    [Fact]
    public async Task A_channel_that_is_disabled_and_enabled_is_refused_and_answered_at_once()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(ChannelRules.Guide());
        await app.AskAsync(channel, "Hello");

        await app.EditChannelAsync(channel, new JsonObject { ["active"] = false });
        Assert.Equal((403, "site_inactive"), await OutcomeAsync(app, channel));

        await app.EditChannelAsync(channel, new JsonObject { ["active"] = true });
        Assert.Equal((200, null), await OutcomeAsync(app, channel));
    }

    [Fact]
    public async Task A_channel_answers_until_its_expiry_and_is_403_from_that_instant_on()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(ChannelRules.Guide());
        await app.EditChannelAsync(channel, new JsonObject { ["expires_at"] = ChatApp.Noon.AddHours(1).ToString("O") });

        app.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.Equal((200, null), await OutcomeAsync(app, channel));
        app.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((403, "site_inactive"), await OutcomeAsync(app, channel));

        await app.EditChannelAsync(channel, new JsonObject { ["expires_at"] = null });
        Assert.Equal((200, null), await OutcomeAsync(app, channel));
    }

    [Fact]
    public async Task An_expiry_with_an_offset_is_the_same_instant()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(ChannelRules.Guide());
        await app.EditChannelAsync(channel, new JsonObject { ["expires_at"] = "2026-04-05T15:00:30+03:00" });

        Assert.Equal((403, "site_inactive"), await OutcomeAsync(app, channel));
    }

    [Theory]
    [InlineData("disable", 403, "site_inactive")]
    [InlineData("rotate", 401, "invalid_api_key")]
    public async Task Another_instance_sees_a_change_after_5_seconds_at_most(string change, int status, string code)
    {
        await using var app = new ChatApp();
        await using var other = new ChatApp(app.Folder);
        var channel = await app.CreateChannelAsync(ChannelRules.Guide());
        Assert.Equal((200, null), await OutcomeAsync(other, channel));

        await ChangeAsync(app, channel, change);

        Assert.Equal((status, code), await OutcomeAsync(app, channel));
        other.Time.Advance(JustUnderFiveSeconds);
        Assert.Equal((200, null), await OutcomeAsync(other, channel));
        other.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((status, code), await OutcomeAsync(other, channel));
    }

    [Fact]
    public async Task A_deleted_channel_answers_nowhere_from_that_moment_on()
    {
        await using var app = new ChatApp();
        await using var other = new ChatApp(app.Folder);
        var channel = await app.CreateChannelAsync(ChannelRules.Guide());
        Assert.Equal((200, null), await OutcomeAsync(other, channel));

        await ChangeAsync(app, channel, "delete");

        Assert.Equal((401, "invalid_api_key"), await OutcomeAsync(app, channel));
        Assert.Equal((401, "invalid_api_key"), await OutcomeAsync(other, channel));
    }

    [Fact]
    public async Task A_key_that_is_used_all_the_time_does_not_stay_remembered_for_longer()
    {
        await using var app = new ChatApp();
        await using var other = new ChatApp(app.Folder);
        var channel = await app.CreateChannelAsync(ChannelRules.Guide());
        await OutcomeAsync(other, channel);
        await ChangeAsync(app, channel, "disable");

        for (var second = 0; second < 4; second++)
        {
            other.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((200, null), await OutcomeAsync(other, channel));
        }

        other.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((403, "site_inactive"), await OutcomeAsync(other, channel));
    }

    [Fact]
    public async Task A_new_key_works_on_another_instance_at_once_as_nothing_is_remembered_of_unknown_keys()
    {
        await using var app = new ChatApp();
        await using var other = new ChatApp(app.Folder);
        var gone = await app.CreateChannelAsync(ChannelRules.Guide());
        using var rotated = await app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{gone.Id}/key/rotate");

        Assert.Equal((401, "invalid_api_key"), await OutcomeAsync(other, gone));
        Assert.Equal((200, null), await OutcomeAsync(other, gone with { Key = (string)(await rotated.JsonAsync())["key"]! }));
    }

    private static async Task ChangeAsync(ChatApp app, TestChannel channel, string change)
    {
        var path = $"/admin/v1/channels/{channel.Id}";
        using var response = change switch
        {
            "disable" => await app.AdminAsync(HttpMethod.Patch, path, new JsonObject { ["active"] = false }),
            "rotate" => await app.AdminAsync(HttpMethod.Post, $"{path}/key/rotate"),
            "delete" => await app.AdminAsync(HttpMethod.Delete, path),
            _ => throw new ArgumentOutOfRangeException(nameof(change)),
        };
        Assert.True(response.IsSuccessStatusCode);
    }

    private static async Task<(int Status, string? Code)> OutcomeAsync(ChatApp app, TestChannel channel)
    {
        using var response = await app.SendAsync(channel, "What are your opening hours?");
        return ((int)response.StatusCode, (string?)(await response.JsonAsync())["code"]);
    }
}
