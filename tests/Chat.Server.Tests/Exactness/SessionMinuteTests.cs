using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Exactness;

/// <summary>A session's own minute, when the clock goes back: no refill, and a wait that is true.</summary>
public sealed class SessionMinuteTests
{
    [Fact]
    public async Task A_session_that_waits_as_it_is_told_after_the_clock_went_back_is_answered()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(new JsonObject { ["model"] = "guide", ["requests_per_minute_per_session"] = 1 });
        await app.AskAsync(channel, "hi");
        app.Time.SetWallClock(ChatApp.Noon - TimeSpan.FromHours(1));

        using var refused = await app.SendAsync(channel, "hi again");
        Assert.Equal(429, (int)refused.StatusCode);
        var wait = refused.Headers.RetryAfter!.Delta!.Value;
        Assert.Equal(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(30), wait);

        app.Time.SetWallClock(app.Time.GetUtcNow() + wait);
        await app.AskAsync(channel, "hi once more");
    }
}
