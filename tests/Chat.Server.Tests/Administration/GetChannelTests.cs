using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class GetChannelTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly ChatApp _app = shared.App;

    [Fact]
    public async Task Reading_a_channel_never_shows_its_key()
    {
        var channel = await _app.CreateChannelAsync();

        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.DoesNotContain("chat_", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_charged_shows_at_once_and_nothing_stays_reserved()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync();
        upstream.Replies("Hello!", promptTokens: 20, completionTokens: 30);

        await app.AskAsync(channel, "Hi");

        var read = await app.ReadChannelAsync(channel);
        Assert.Equal((1_000m, 0.05m, 0m), ((decimal)read["credits_allocated"]!, (decimal)read["credits_consumed"]!, (decimal)read["credits_reserved"]!));
    }
}
