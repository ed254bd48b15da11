using System.IO.Compression;
using System.Text;
using AngleSharp.Html.Parser;
using Chat.Widget.Backend;
using Chat.Widget.Home;
using Chat.Widget.Launcher;
using Chat.Widget.Tests.Infrastructure;
using Chat.Widget.Theme;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Widget.Tests;

public sealed class LauncherTests : IAsyncLifetime
{
    private readonly DefaultHttpContext _request = new();
    private readonly ScriptedBackend _backend = new();

    private readonly ServiceProvider _services;

    public LauncherTests()
    {
        (_request.Request.Scheme, _request.Request.Host, _request.Request.Path) = ("https", new HostString("shop.example"), "/bikes");
        var services = new ServiceCollection().AddLogging();
        AddTo(services, _request, _backend);
        _services = services.BuildServiceProvider();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _services.DisposeAsync();

    [Fact]
    public async Task Closed_it_is_a_button_that_opens_a_popover_with_a_close_button_outside_a_lazy_frame()
    {
        var shadow = Shadow(await RenderAsync());
        var button = shadow.QuerySelector("button.l")!;
        var popover = shadow.GetElementById(button.GetAttribute("popovertarget")!)!;
        Assert.Equal(("Chat with us", "dialog", true), (button.TextContent, popover.GetAttribute("role"), popover.HasAttribute("popover")));
        Assert.Equal("hide", popover.QuerySelector("button")!.GetAttribute("popovertargetaction"));
        var frame = popover.QuerySelector("iframe")!;
        Assert.Equal(("lazy", "Chat"), (frame.GetAttribute("loading"), frame.GetAttribute("title")));
        Assert.EndsWith("#q", frame.GetAttribute("src"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, false, false)]
    [InlineData(null, true, true)]
    [InlineData("1", false, true)]
    [InlineData("0", true, false)]
    public async Task It_is_open_as_the_visitor_left_it_and_else_as_the_owner_wants(string? cookie, bool atFirst, bool open)
    {
        if (cookie is not null)
            _request.Request.Headers.Cookie = $"chat_open={cookie}";
        var shadow = Shadow(await RenderAsync((nameof(ChatWidget.OpenAtFirst), atFirst)));
        Assert.Equal(open, shadow.QuerySelector("details[open]") is not null);
        // A frame that takes the focus while a page loads would take the visitor with it.
        Assert.Equal(!open, shadow.QuerySelector("iframe")!.GetAttribute("src")!.EndsWith("#q", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inline_it_is_the_panel_alone()
    {
        var shadow = Shadow(await RenderAsync((nameof(ChatWidget.Placement), WidgetPlacement.Inline)));
        Assert.NotNull(shadow.QuerySelector(".i iframe"));
        Assert.Empty(shadow.QuerySelectorAll("button,details"));
    }

    [Theory]
    [InlineData(WidgetPlacement.Corner, false)]
    [InlineData(WidgetPlacement.Corner, true)]
    [InlineData(WidgetPlacement.Inline, false)]
    public async Task It_weighs_three_kilobytes_at_most_with_its_stylesheet_and_has_no_script_handler_or_style(WidgetPlacement placement, bool open)
    {
        var markup = await RenderAsync((nameof(ChatWidget.Placement), placement), (nameof(ChatWidget.OpenAtFirst), open), (nameof(ChatWidget.PageTitle), "Bicycles for every day"));
        AssertNoScript(markup);
        var css = Stylesheets.TextOf(Stylesheets.Launcher, new Accent(0x24, 0x56, 0xc7));
        Assert.InRange(Packed(markup) + Packed(css), 1, 3 * 1_024);
    }

    [Fact]
    public async Task Nothing_is_asked_of_the_service_for_it()
    {
        await RenderAsync();
        Assert.Equal(0, _backend.ChannelReads);
    }

    [Fact]
    public async Task Without_shadow_trees_there_is_a_link()
    {
        var host = new HtmlParser().ParseDocument(await RenderAsync()).QuerySelector("chat-widget")!;
        Assert.StartsWith("/_chat/panel?c=", host.QuerySelector("a")!.GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wrapper_is_hidden_until_its_stylesheet_is_there()
    {
        var shadow = Shadow(await RenderAsync());
        Assert.True(shadow.QuerySelector(".w")!.HasAttribute("hidden"));
        Assert.Contains(".w{display:block", Stylesheets.TextOf(Stylesheets.Launcher, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_side_scheme_and_direction_are_the_tags()
    {
        var shadow = Shadow(await RenderAsync((nameof(ChatWidget.Language), "ar"), (nameof(ChatWidget.Side), WidgetSide.Start), (nameof(ChatWidget.Scheme), WidgetScheme.Dark), (nameof(ChatWidget.Texts), new Dictionary<string, string> { ["launcher"] = "<hi>" })));
        var wrapper = shadow.QuerySelector(".w")!;
        Assert.Equal(("rtl", "ar", "w dark start"), (wrapper.GetAttribute("dir"), wrapper.GetAttribute("lang"), wrapper.ClassName));
        Assert.Equal("<hi>", shadow.QuerySelector("button.l")!.TextContent);
    }

    private Task<string> RenderAsync(params (string Name, object Value)[] parameters) =>
        ComponentHtml.RenderAsync<ChatWidget>(_services, parameters.ToDictionary(parameter => parameter.Name, parameter => (object?)parameter.Value));

    /// <summary>What the tag needs of a website, in answer to a request.</summary>
    internal static void AddTo(IServiceCollection services, HttpContext request, IChatBackend backend)
    {
        services.AddSingleton(backend);
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAntiforgery();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Options.Create(new ChatWidgetOptions()));
        services.AddSingleton<ChannelDefaults>();
        services.AddSingleton<SiteHome>();
        services.AddSingleton<LauncherFactory>();
        services.AddSingleton<IHttpContextAccessor>(new HttpContextAccessor { HttpContext = request });
    }

    internal static void AssertNoScript(string html)
    {
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<style", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("javascript:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("<[^>]*\\s(on[a-z]+|style)\\s*=", html);
    }

    internal static int Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return (int)packed.Length;
    }

    internal static AngleSharp.Html.Dom.IHtmlDocument Shadow(string markup)
    {
        var start = markup.IndexOf("<template shadowrootmode=\"open\">", StringComparison.Ordinal) + "<template shadowrootmode=\"open\">".Length;
        return new HtmlParser().ParseDocument(markup[start..markup.IndexOf("</template>", StringComparison.Ordinal)]);
    }
}
