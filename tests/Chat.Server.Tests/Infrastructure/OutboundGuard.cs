using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>Throws on every outbound call to an address that the test did not register.</summary>
internal sealed class OutboundGuard(IReadOnlyCollection<Uri> allowed) : DelegatingHandler
{
    public static void Install(IServiceCollection services, Func<IReadOnlyCollection<Uri>> allowed) =>
        services.PostConfigureAll<HttpClientFactoryOptions>(options =>
            options.HttpMessageHandlerBuilderActions.Add(builder => builder.AdditionalHandlers.Insert(0, new OutboundGuard(allowed()))));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        allowed.Any(address => address.Authority == request.RequestUri!.Authority)
            ? base.SendAsync(request, cancellationToken)
            : throw new InvalidOperationException($"Nobody registered an outbound call to {request.RequestUri}.");
}
