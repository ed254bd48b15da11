using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests;

public sealed class SmokeTests
{
    [Fact]
    public async Task A_channel_answers()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        var channel = await app.CreateChannelAsync();
        var reply = await app.AskAsync(channel, "hello");
        Assert.Equal("You said: hello", (string)reply["reply"]!);
    }
}
