using System.Net;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>Who a request is from: the connection says it, but for what a configured proxy says.</summary>
public sealed class ForwardedHeadersTests
{
    [Theory]
    [InlineData(null, null, "10.1.2.3", "10.1.2.3", "http")]
    [InlineData(null, null, "127.0.0.1", "127.0.0.1", "http")]
    [InlineData("10.1.2.3", null, "10.1.2.3", "203.0.113.9", "https")]
    [InlineData("10.1.2.3", null, "10.1.2.4", "10.1.2.4", "http")]
    [InlineData("10.1.2.3", null, "127.0.0.1", "127.0.0.1", "http")]
    [InlineData(null, "10.0.0.0/8", "10.1.2.4", "203.0.113.9", "https")]
    [InlineData(null, "10.0.0.0/8", "11.1.2.4", "11.1.2.4", "http")]
    [InlineData("::1", null, "::1", "203.0.113.9", "https")]
    public async Task Only_a_configured_proxy_is_believed(string? proxy, string? network, string connection, string address, string scheme)
    {
        await using var app = new ChatApp();
        if (proxy is not null)
            app.With("ForwardedHeaders:KnownProxies:0", proxy);
        if (network is not null)
            app.With("ForwardedHeaders:KnownNetworks:0", network);

        var context = await app.Server.SendAsync(context =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(connection);
            context.Request.Scheme = "http";
            context.Request.Method = "GET";
            context.Request.Path = "/healthz";
            context.Request.Headers["X-Forwarded-For"] = "203.0.113.9";
            context.Request.Headers["X-Forwarded-Proto"] = "https";
        });

        Assert.Equal(200, context.Response.StatusCode);
        Assert.Equal((IPAddress.Parse(address), scheme), (context.Connection.RemoteIpAddress, context.Request.Scheme));
    }

    [Fact]
    public async Task Of_a_chain_only_the_last_hop_is_believed_and_a_forged_host_never()
    {
        await using var app = new ChatApp().With("ForwardedHeaders:KnownProxies:0", "10.1.2.3");

        var context = await app.Server.SendAsync(context =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse("10.1.2.3");
            context.Request.Method = "GET";
            context.Request.Path = "/healthz";
            context.Request.Headers["X-Forwarded-For"] = "198.51.100.1, 203.0.113.9";
            context.Request.Headers["X-Forwarded-Host"] = "evil.example";
        });

        Assert.Equal(IPAddress.Parse("203.0.113.9"), context.Connection.RemoteIpAddress);
        Assert.NotEqual("evil.example", context.Request.Host.Value);
    }
}
