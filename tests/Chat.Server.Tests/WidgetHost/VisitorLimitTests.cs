using System.Net;
using System.Threading.RateLimiting;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.WidgetHost;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>How many messages one visitor sends: known by the address that a configured proxy tells, over a real socket.</summary>
public sealed class VisitorLimitTests : EmbedTest
{
    protected override ChatApp Configure(ChatApp app)
    {
        app.With("ForwardedHeaders:KnownNetworks:0", "127.0.0.0/8").With("ForwardedHeaders:KnownNetworks:1", "::1/128").With("Embed:MessagesPerMinute", "3");
        app.UseKestrel();
        app.StartServer();
        return app;
    }

    [Fact]
    public async Task One_message_more_is_refused_with_its_text_and_a_true_wait_and_other_visitors_are_not()
    {
        var visitor = At("203.0.113.9");
        await SendAsync(visitor, 3);

        App.Time.Advance(TimeSpan.FromSeconds(17));
        var refused = await visitor.AskAsync("one too many", await visitor.OpenAsync());
        Assert.Equal((429, "one too many", "43"), (refused.Status, refused.Composer, refused.Header("Retry-After")));
        Assert.Contains("Please try again in 43 seconds.", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(3, Upstream.Requests.Count);

        await SendAsync(At("203.0.113.10"), 3);
        Assert.Equal(6, Upstream.Requests.Count);

        App.Time.Advance(TimeSpan.FromSeconds(43) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(429, (await visitor.AskAsync("a moment early")).Status);
        App.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(200, (await visitor.AskAsync("in time")).Status);
    }

    [Fact]
    public async Task The_turn_of_a_minute_is_no_way_round_it()
    {
        var visitor = At("203.0.113.9");
        App.Time.SetWallClock(ChatApp.Noon.AddSeconds(29));
        await SendAsync(visitor, 3);
        App.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(429, (await visitor.AskAsync("after the turn", await visitor.OpenAsync())).Status);
    }

    [Fact]
    public async Task An_address_of_version_6_stands_for_its_network()
    {
        await SendAsync(At("2001:db8:1:2::1"), 3);
        var neighbour = At("2001:db8:1:2:ffff:ffff:ffff:ffff");
        Assert.Equal(429, (await neighbour.AskAsync("same network", await neighbour.OpenAsync())).Status);
        await SendAsync(At("2001:db8:1:3::1"), 3);
    }

    [Fact]
    public async Task A_proxy_that_is_not_configured_is_not_believed()
    {
        await using var app = new ChatApp().WithProvider("mock", Upstream).With("Embed:MessagesPerMinute", "1");
        app.UseKestrel();
        app.StartServer();
        var id = (await app.CreateChannelAsync(Settings())).Id;
        var (first, second) = (At("203.0.113.9", app, id), At("203.0.113.10", app, id));
        Assert.Equal(200, (await first.AskAsync("one", await first.OpenAsync())).Status);
        Assert.Equal(429, (await second.AskAsync("two", await second.OpenAsync())).Status);
    }

    [Fact]
    public async Task Another_channel_is_another_limit_and_reading_has_none()
    {
        var visitor = At("203.0.113.9");
        await SendAsync(visitor, 3);
        for (var look = 0; look < 20; look++)
            Assert.Equal(200, (await visitor.LogAsync()).Status);
        await SendAsync(At("203.0.113.9", App, (await App.CreateChannelAsync(Settings())).Id), 3);
    }

    [Fact]
    public async Task Asking_again_counts_as_a_message_and_says_so_beside_the_question()
    {
        Upstream.RepliesRaw(500, "application/json", "{}");
        var visitor = At("203.0.113.9");
        await SendAsync(visitor, 3);
        var log = await visitor.LogAsync();
        var refused = await visitor.PressAsync(log, ".problem button");
        Assert.Equal((429, "60"), (refused.Status, refused.Header("Retry-After")));
        Assert.Contains("Please try again in 60 seconds.", refused.Document.QuerySelectorAll(".problem").Last().TextContent, StringComparison.Ordinal);
        Assert.Equal(3, Upstream.Requests.Count);
    }

    [Fact]
    public async Task A_burst_at_once_is_let_past_to_the_limit_and_no_further()
    {
        var panels = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => At("203.0.113.9").OpenAsync()));
        var pages = await Task.WhenAll(panels.Select((panel, number) => At("203.0.113.9").AskAsync($"message {number}", panel)));
        Assert.Equal((3, 17), (pages.Count(page => page.Status == 200), pages.Count(page => page.Status == 429)));
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8::1", "20010DB800000000")]
    [InlineData("::1", "0000000000000000")]
    public void A_visitor_is_known_by(string address, string network) => Assert.Equal(network, VisitorPartitions.NetworkOf(IPAddress.Parse(address)));

    [Fact]
    public void A_limiter_is_forgotten_only_when_it_knows_nothing_that_counts()
    {
        var (time, live) = (new FakeTime(ChatApp.Noon), 0);
        using var limiter = new VisitorLimiter(1, time, by => live += by);
        Assert.Equal(1, live);
        Assert.True(limiter.AttemptAcquire().IsAcquired);
        time.Advance(VisitorLimiter.Window - TimeSpan.FromTicks(1));
        Assert.Null(limiter.IdleDuration);
        Assert.False(limiter.AttemptAcquire().IsAcquired);
        time.Advance(VisitorLimiter.Window + TimeSpan.FromTicks(1));
        Assert.NotNull(limiter.IdleDuration);
        limiter.Dispose();
        limiter.Dispose();
        Assert.Equal(0, live);
    }

    [Fact]
    public void However_many_addresses_come_so_many_are_told_apart_and_the_rest_share_places()
    {
        const int Told = 20_000, Shared = 1_024;
        var policy = new VisitorLimiting(null!, Options.Create(new EmbedOptions()), new FakeTime(ChatApp.Noon));
        var limiters = new Dictionary<string, RateLimiter>(StringComparer.Ordinal);
        for (var number = 0; number < Told + 30_000; number++)
        {
            var context = new DefaultHttpContext { Connection = { RemoteIpAddress = new IPAddress(BitConverter.GetBytes(number)) } };
            var partition = policy.GetPartition(context);
            if (!limiters.ContainsKey(partition.PartitionKey))
                limiters.Add(partition.PartitionKey, partition.Factory(partition.PartitionKey));
            if (number == Told - 1)
                Assert.Equal(Told, limiters.Count);
        }

        Assert.InRange(limiters.Count, Told + (Shared / 2), Told + Shared);
        foreach (var limiter in limiters.Values)
            limiter.Dispose();
        var calm = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("203.0.113.9") } };
        Assert.EndsWith("203.0.113.9", policy.GetPartition(calm).PartitionKey, StringComparison.Ordinal);
    }

    private EmbedVisitor At(string address, ChatApp? app = null, Guid? channel = null)
    {
        var visitor = new EmbedVisitor(app ?? App, channel ?? Shop.Id);
        visitor.Headers["X-Forwarded-For"] = address;
        return visitor;
    }

    private static async Task SendAsync(EmbedVisitor visitor, int messages)
    {
        for (var number = 0; number < messages; number++)
        {
            Assert.Equal(200, (await visitor.AskAsync($"message {number}", await visitor.OpenAsync())).Status);
            await visitor.LogAsync();
        }
    }
}
