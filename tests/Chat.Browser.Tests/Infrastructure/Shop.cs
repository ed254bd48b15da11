extern alias shop;

using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Greeter = shop::Chat.Widget.Sample.Greeter;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>The sample's bicycle shop on a real port, with a real service behind it: what a visitor's browser meets.</summary>
internal sealed class Shop : WebApplicationFactory<Greeter>
{
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly Action<IServiceCollection>? _configure;

    private Shop(Uri service, string key, Action<IServiceCollection>? configure)
    {
        _configure = configure;
        (_settings["ChatWidget:BaseUrl"], _settings["ChatWidget:ApiKey"]) = (service.ToString(), key);
    }

    public string Address => Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Opens the shop for a channel of a service that listens.</summary>
    public static Shop Open(ChatApp service, TestChannel channel, Action<IServiceCollection>? configure = null) =>
        Open(new Uri(service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), channel.Key, configure);

    public static Shop Open(Uri service, string key, Action<IServiceCollection>? configure = null)
    {
        var shop = new Shop(service, key, configure);
        shop.UseKestrel();
        shop.StartServer();
        return shop;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        foreach (var (key, value) in _settings)
            builder.UseSetting(key, value);
        builder.ConfigureLogging(logging => logging.ClearProviders());
        if (_configure is not null)
            builder.ConfigureServices(_configure);
    }
}
