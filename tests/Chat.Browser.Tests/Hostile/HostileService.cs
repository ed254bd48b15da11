using System.Text.Json.Nodes;
using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Browser.Tests.Hostile;

/// <summary>A service whose visitors and whose model have said everything hostile there is, and a shop that shows it.</summary>
public sealed class HostileService : IAsyncLifetime
{
    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;

    internal Shop Shop { get; private set; } = null!;

    internal HostileConversations Conversations { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Chromium.WhyNot is not null)
            return;
        _upstream = await FakeUpstream.StartAsync();
        HostileConversations.Echo(_upstream);
        _app = new ChatApp().WithProvider("mock", _upstream).With("Logging:LogLevel:Default", "None");
        _app.UseKestrel();
        _app.StartServer();
        var channel = await _app.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 100_000, ["requests_per_day"] = 1_000_000, ["credits"] = 100_000 });
        Conversations = await HostileConversations.HaveAsync(_app, channel, Extent.Of<string>([.. HostileHtml.Raw, .. HostileHtml.Markdown, .. HostileHtml.Naughty, .. NetworkConstructs.All], oneIn: 8));
        Shop = Shop.Open(_app, channel, services => services.AddSingleton<IStartupFilter, NoPolicy>());
    }

    public async Task DisposeAsync()
    {
        if (Chromium.WhyNot is not null)
            return;
        await Shop.DisposeAsync();
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    /// <summary>Takes the widget's own policy from its pages: what then still holds is the rendering.</summary>
    private sealed class NoPolicy : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, after) =>
            {
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers.Remove("Content-Security-Policy");
                    return Task.CompletedTask;
                });
                return after(context);
            });
            next(app);
        };
    }
}
