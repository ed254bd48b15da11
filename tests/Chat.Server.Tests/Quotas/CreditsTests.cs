using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Quotas;

public sealed class CreditsTests : AppTest
{
    [Theory]
    [InlineData("llama-3.3-70b-versatile", "0.05")]
    [InlineData("llama-3.1-70b-versatile", "0.05")]
    [InlineData("llama-3.2-90b-text-preview", "0.075")]
    [InlineData("mixtral-8x7b-32768", "0.025")]
    [InlineData("gemma2-9b-it", "0.0125")]
    public async Task A_reply_costs_its_tokens_times_the_model_s_rate(string model, string credits)
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["model"] = model });
        var reply = await App.AskAsync(channel, "hi");
        Assert.Equal(decimal.Parse(credits), (decimal)reply["usage"]!["credits"]!);
        Assert.Equal(decimal.Parse(credits), (decimal)(await App.ReadChannelAsync(channel))["credits_consumed"]!);
    }

    [Fact]
    public async Task The_guide_costs_nothing_even_without_credits()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["model"] = "guide", ["credits"] = 0, ["knowledge"] = "# Opening hours\n\nWe are open from 9 to 18." });
        var reply = await App.AskAsync(channel, "What are your opening hours?");
        Assert.Contains("9 to 18", (string)reply["reply"]!, StringComparison.Ordinal);
        Assert.Equal(0, (decimal)reply["usage"]!["credits"]!);
        Assert.Empty(Upstream.Requests);
    }

    [Theory]
    [InlineData("-5", "9")]
    [InlineData("41", "-9")]
    [InlineData("2147483648", "1")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("1e300", "1")]
    [InlineData("\"41\"", "\"9\"")]
    [InlineData("null", "null")]
    [InlineData("1.5", "2")]
    [InlineData("{}", "[]")]
    [InlineData("999999999", "0")]
    public async Task Hostile_usage_is_estimated_instead_and_never_costs_more_than_was_reserved(string prompt, string completion)
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["max_output_tokens"] = 100 });
        Upstream.RepliesRaw(200, "application/json", $$$"""{"choices":[{"message":{"role":"assistant","content":"twelve bytes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}}}}""");
        var reply = await App.AskAsync(channel, "hi");
        var credits = (decimal)reply["usage"]!["credits"]!;
        Assert.InRange(credits, 0.001m, 0.12m);
        var json = await App.ReadChannelAsync(channel);
        Assert.Equal((1000m, credits, 0m), ((decimal)json["credits_allocated"]!, (decimal)json["credits_consumed"]!, (decimal)json["credits_reserved"]!));
    }

    [Fact]
    public async Task Usage_that_is_missing_is_estimated()
    {
        var channel = await App.CreateChannelAsync();
        Upstream.RepliesRaw(200, "application/json", """{"choices":[{"message":{"role":"assistant","content":"twelve bytes"},"finish_reason":"stop"}]}""");
        var usage = (await App.AskAsync(channel, "hi"))["usage"]!;
        Assert.Equal(4, (int)usage["completion_tokens"]!);
        Assert.InRange((int)usage["prompt_tokens"]!, 1, 10);
    }

    [Fact]
    public async Task A_charge_is_at_most_the_reservation()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["max_output_tokens"] = 100 });
        Upstream.Replies("ok", 50_000, 50_000);
        Assert.InRange((decimal)(await App.AskAsync(channel, "hi"))["usage"]!["credits"]!, 0.1m, 0.12m);
    }

    [Fact]
    public async Task A_low_balance_shortens_the_reply_before_it_refuses()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["credits"] = 0.2m, ["max_output_tokens"] = 1_000 });
        Upstream.Replies("ok", 5, 100);
        await App.AskAsync(channel, "hi");
        Assert.InRange((int)Upstream.LastRequest.Body["max_tokens"]!, 150, 200);
        await App.AskAsync(channel, "hi", "another");
        Assert.InRange((int)Upstream.LastRequest.Body["max_tokens"]!, 64, 100);
        using var refused = await App.SendAsync(channel, "hi", "a third");
        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Equal("Credits exhausted", (string)(await refused.JsonAsync())["error"]!);
    }

    [Fact]
    public async Task A_message_of_aChannel_at_its_limit_is_told_of_the_limit_before_the_credits()
    {
        var channel = await App.CreateChannelAsync(new JsonObject { ["credits"] = 0.1m, ["requests_per_minute"] = 1, ["requests_per_day"] = 1 });
        Upstream.Replies("ok", 5, 80);
        await App.AskAsync(channel, "hi");
        using var refused = await App.SendAsync(channel, "hi");
        Assert.Equal("Rate limit exceeded", (string)(await refused.JsonAsync())["error"]!);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        using var daily = await App.SendAsync(channel, "hi");
        Assert.Equal("Daily limit exceeded", (string)(await daily.JsonAsync())["error"]!);

    }
}
