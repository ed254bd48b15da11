using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Benchmarks.Load;

/// <summary>A program on a free port of the loopback interface that says where it listens as ASP.NET Core does, and logs nothing else.</summary>
internal static class ListeningApp
{
    public static async Task RunAsync(Action<WebApplication> map, CancellationToken cancellationToken, Action<IServiceCollection>? register = null)
    {
        // No settings are watched: a watcher looks at every write below the folder that a program is started in, and so at those of the
        // service's database, on the processor that the service is measured on.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        register?.Invoke(builder.Services);
        await using var app = builder.Build();
        map(app);
        await app.StartAsync(cancellationToken);
        await Console.Out.WriteLineAsync($"Now listening on: {app.Urls.Single()}");
        await app.WaitForShutdownAsync(cancellationToken);
    }
}
