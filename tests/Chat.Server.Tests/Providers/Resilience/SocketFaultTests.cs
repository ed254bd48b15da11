using System.Net.Sockets;
using Chat.Server.Providers;
using Chat.Server.Providers.Resilience;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Extensions.AI;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>HttpClient lets a socket's own fault through where a connection ends before it has looked at it: a moment that no upstream can be made to hit.</summary>
public sealed class SocketFaultTests
{
    [Fact]
    public async Task A_connection_that_is_gone_before_it_is_looked_at_is_worth_another_try()
    {
        using var client = new DeadlineChatClient(ProviderClient.Over(new Gone()), new ProviderOptions(), TimeProvider.System);
        var whole = await Assert.ThrowsAsync<ProviderException>(() => client.GetResponseAsync([]));
        var streamed = await Assert.ThrowsAsync<ProviderException>(() => client.GetStreamingResponseAsync([]).ToChatResponseAsync());
        Assert.All([whole, streamed], fault => Assert.Equal(("connection_error", true), (fault.Reason, fault.Transient)));
    }

    private sealed class Gone : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new SocketException((int)SocketError.NotConnected));
    }
}
