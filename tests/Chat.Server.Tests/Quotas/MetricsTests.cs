using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Quotas;

public sealed class MetricsTests
{
    private const string Model = "gemma2-9b-it";

    [Fact]
    public async Task What_was_answered_failed_and_refused_is_measured_under_few_tags()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        using var measured = new Measured("Chat");
        // No other test makes a channel of this model with this limit, and the meter is the process's.
        var channel = await app.CreateChannelAsync(new JsonObject { ["model"] = Model, ["requests_per_minute"] = 2 });

        await app.AskAsync(channel, "A secret question");
        upstream.RepliesRaw(400, "text/plain", "no");
        using (await app.SendAsync(channel, "hi"))
        using (await app.SendAsync(channel, "hi"))
        using (await app.SendAsync(channel, "hi"))
        {
            Assert.True(measured.Sum("chat.requests.answered", $"model={Model}") >= 1);
            Assert.True(measured.Sum("chat.requests.failed", $"model={Model},reason=ai_service_error") >= 1);
            Assert.True(measured.Sum("chat.requests.refused", "reason=rate_limit_exceeded") >= 2);
            Assert.True(measured.Sum("chat.tokens", $"model={Model},direction=prompt") >= 41);
            Assert.True(measured.Sum("chat.tokens", $"model={Model},direction=completion") >= 9);
            Assert.True(measured.Sum("chat.credits", $"model={Model}") >= 12_500);
            Assert.True(measured.Count("chat.turn.duration", $"model={Model}") >= 1);
        }

        Assert.All(measured.Tags, tag => Assert.Contains(tag, (string[])["model", "reason", "direction"]));
    }
}
