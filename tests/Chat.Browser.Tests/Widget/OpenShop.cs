using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Browser.Tests.Widget;

/// <summary>The bicycle shop with a service behind it and a model behind that, all of them real but for the model's thoughts and the service's clock.</summary>
public sealed class OpenShop : IAsyncLifetime, IAsyncDisposable
{
    private decimal? _credits;
    private X509Certificate2? _certificate;
    private FakeUpstream _upstream = null!;

    internal ChatApp App { get; private set; } = null!;

    internal TestChannel Channel { get; private set; } = null!;

    internal Model Model { get; private set; } = null!;

    internal Shop Shop { get; private set; } = null!;

    /// <summary>Where the service listens.</summary>
    internal string Service => App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith("http:", StringComparison.Ordinal));

    /// <summary>Where it listens over https, where it was given a certificate.</summary>
    internal string SecureService => App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(address => address.StartsWith("https:", StringComparison.Ordinal));

    /// <summary>A shop whose channel is the test's own to change; the caller closes it.</summary>
    internal static async Task<OpenShop> NewAsync(decimal? credits = null, X509Certificate2? certificate = null)
    {
        var shop = new OpenShop { _credits = credits, _certificate = certificate };
        await shop.InitializeAsync();
        return shop;
    }

    /// <summary>The lines that put a channel's hosted chat into a page.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="placement"><c>corner</c> or <c>inline</c>.</param>
    internal async Task<string> SnippetAsync(TestChannel channel, string placement)
    {
        using var response = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/embed");
        return (string)(await response.JsonAsync())[placement]!;
    }

    public async Task InitializeAsync()
    {
        if (Chromium.WhyNot is not null)
            return;
        _upstream = await FakeUpstream.StartAsync();
        Model = new Model(_upstream);
        App = new ChatApp { Add = services => services.AddSingleton<IStartupFilter, TestPages>() }.WithProvider("mock", _upstream).With("Logging:LogLevel:Default", "None");
        // All visitors of these tests come from one address.
        App.With("Embed:MessagesPerMinute", "1000");
        // A model that is led by the hand is silent for as long as a test takes.
        App.With("Providers:mock:TimeoutSeconds", "600").With("Providers:mock:FirstTokenTimeoutSeconds", "600").With("Providers:mock:IdleTimeoutSeconds", "600");
        App.UseKestrel(kestrel =>
        {
            if (_certificate is not null)
                kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(_certificate));
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        App.StartServer();
        var settings = new JsonObject
        {
            ["requests_per_minute"] = 100_000,
            ["requests_per_day"] = 1_000_000,
            ["greeting"] = "Hello! Ask me about bicycles, repairs or your order.",
            ["suggested_questions"] = new JsonArray("When are you open?", "How often should I oil the chain?"),
            ["contact"] = "workshop@spoke.example, +49 30 1234567",
        };
        if (_credits is { } credits)
            settings["credits"] = credits;
        Channel = await App.CreateChannelAsync(settings);
        Shop = Shop.Open(new Uri(Service), Channel.Key, services => services.AddSingleton<IStartupFilter, TestPages>());
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    public async Task DisposeAsync()
    {
        if (Chromium.WhyNot is not null)
            return;
        await Shop.DisposeAsync();
        await App.DisposeAsync();
        await _upstream.DisposeAsync();
    }
}
