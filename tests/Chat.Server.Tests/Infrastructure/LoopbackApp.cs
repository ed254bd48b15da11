using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>What somebody else's server is in a test: an application on a real port of 127.0.0.1 that the system chooses, and that logs nothing.</summary>
internal static class LoopbackApp
{
    /// <summary>Makes one that is not started yet.</summary>
    /// <param name="certificate">What it speaks https with; null: it speaks http.</param>
    public static WebApplication Create(X509Certificate2? certificate = null)
    {
        // Of settings, logs and files it has none to look for.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        if (certificate is null)
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(certificate)));
        return builder.Build();
    }

    /// <summary>Where it listens, once it was started.</summary>
    public static Uri Address(this WebApplication app) => new(app.Urls.Single());
}
