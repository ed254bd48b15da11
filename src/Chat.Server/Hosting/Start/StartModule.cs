using System.Text;
using Chat.Server.Channels;
using Chat.Server.WidgetHost;

namespace Chat.Server.Hosting.Start;

/// <summary>The service's own first page, in Development: the demo channel's chat at work, and what to do next.</summary>
internal static class StartModule
{
    /// <summary>Maps <c>GET /</c>; elsewhere than in Development there is no such page.</summary>
    public static void MapStart(this WebApplication app)
    {
        if (app.Environment.IsDevelopment())
            app.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)ShowAsync).ExcludeFromDescription();
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var demo = await services.GetRequiredService<ChannelStore>().FindAsync(DemoChannel.Id, context.RequestAborted);
        var key = await services.GetRequiredService<DemoChannel>().FindKeyAsync(context.RequestAborted);
        var address = EmbedAddress.Of(new EmbedOptions(), context.Request);
        var page = StartPage.Of(demo is null || key is null ? null : new StartPage.Demo(EmbedSnippets.Of(address, demo.PublicId, demo.Settings.Name), Welcome.CurlLine(address, key)));
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = StartPage.Policy;
        await context.Response.WriteAsync(page, Encoding.UTF8, context.RequestAborted);
    }
}
