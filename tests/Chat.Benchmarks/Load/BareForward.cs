using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Chat.Benchmarks.Load;

/// <summary>The yardstick: YARP's forwarder, set up as its documentation shows, and nothing else in the way.</summary>
internal static class BareForward
{
    public static Task RunAsync(string upstream, CancellationToken cancellationToken) => ListeningApp.RunAsync(
        app =>
        {
            var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
            var client = new HttpMessageInvoker(new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                UseCookies = false,
                EnableMultipleHttp2Connections = true,
                ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
                ConnectTimeout = TimeSpan.FromSeconds(15),
            });
            app.Run(async context => await forwarder.SendAsync(context, upstream, client));
        },
        cancellationToken,
        services => services.AddHttpForwarder());
}
