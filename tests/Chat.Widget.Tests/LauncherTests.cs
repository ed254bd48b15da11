using System.IO.Compression;
using System.Text;
using AngleSharp.Html.Parser;
using Bunit;
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

public sealed class LauncherTests : BunitContext
{
    private readonly DefaultHttpContext _request = new();
    private readonly ScriptedBackend _backend = new();

    public LauncherTests()
    {
        Services.AddSingleton<IChatBackend>(_backend);
        Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        Services.AddAntiforgery();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(Options.Create(new ChatWidgetOptions()));
        Services.AddSingleton<ChannelDefaults>();
        Services.AddSingleton<SiteHome>();
        Services.AddSingleton<LauncherFactory>();
        Services.AddSingleton<IHttpContextAccessor>(new HttpContextAccessor { HttpContext = _request });
        (_request.Request.Scheme, _request.Request.Host, _request.Request.Path) = ("https", new HostString("shop.example"), "/bikes");
    }

    [Fact]
    public void Closed_it_is_a_button_that_opens_a_popover_with_a_close_button_outside_a_lazy_frame()
    {
        var shadow = Shadow(Render<ChatWidget>().Markup);
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
    public void It_is_open_as_the_visitor_left_it_and_else_as_the_owner_wants(string? cookie, bool atFirst, bool open)
    {
        if (cookie is not null)
            _request.Request.Headers.Cookie = $"chat_open={cookie}";
        var shadow = Shadow(Render<ChatWidget>(tag => tag.Add(widget => widget.OpenAtFirst, atFirst)).Markup);
        Assert.Equal(open, shadow.QuerySelector("details[open]") is not null);
        // A frame that takes the focus while a page loads would take the visitor with it.
        Assert.Equal(!open, shadow.QuerySelector("iframe")!.GetAttribute("src")!.EndsWith("#q", StringComparison.Ordinal));
    }

    [Fact]
    public void Inline_it_is_the_panel_alone()
    {
        var shadow = Shadow(Render<ChatWidget>(tag => tag.Add(widget => widget.Placement, WidgetPlacement.Inline)).Markup);
        Assert.NotNull(shadow.QuerySelector(".i iframe"));
        Assert.Empty(shadow.QuerySelectorAll("button,details"));
    }

    [Theory]
    [InlineData(WidgetPlacement.Corner, false)]
    [InlineData(WidgetPlacement.Corner, true)]
    [InlineData(WidgetPlacement.Inline, false)]
    public void It_weighs_three_kilobytes_at_most_with_its_stylesheet_and_has_no_script_handler_or_style(WidgetPlacement placement, bool open)
    {
        var markup = Render<ChatWidget>(tag => tag
            .Add(widget => widget.Placement, placement).Add(widget => widget.OpenAtFirst, open).Add(widget => widget.PageTitle, "Bicycles for every day")).Markup;
        AssertNoScript(markup);
        var css = Stylesheets.TextOf(Stylesheets.Launcher, new Accent(0x24, 0x56, 0xc7));
        Assert.InRange(Packed(markup) + Packed(css), 1, 3 * 1_024);
    }

    [Fact]
    public void Nothing_is_asked_of_the_service_for_it()
    {
        Render<ChatWidget>();
        Assert.Equal(0, _backend.ChannelReads);
    }

    [Fact]
    public void Without_shadow_trees_there_is_a_link()
    {
        var host = new HtmlParser().ParseDocument(Render<ChatWidget>().Markup).QuerySelector("chat-widget")!;
        Assert.StartsWith("/_chat/panel?c=", host.QuerySelector("a")!.GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_wrapper_is_hidden_until_its_stylesheet_is_there()
    {
        var shadow = Shadow(Render<ChatWidget>().Markup);
        Assert.True(shadow.QuerySelector(".w")!.HasAttribute("hidden"));
        Assert.Contains(".w{display:block", Stylesheets.TextOf(Stylesheets.Launcher, default), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_side_scheme_and_direction_are_the_tags()
    {
        var shadow = Shadow(Render<ChatWidget>(tag => tag
            .Add(widget => widget.Language, "ar").Add(widget => widget.Side, WidgetSide.Start).Add(widget => widget.Scheme, WidgetScheme.Dark)
            .Add(widget => widget.Texts, new Dictionary<string, string> { ["launcher"] = "<hi>" })).Markup);
        var wrapper = shadow.QuerySelector(".w")!;
        Assert.Equal(("rtl", "ar", "w dark start"), (wrapper.GetAttribute("dir"), wrapper.GetAttribute("lang"), wrapper.ClassName));
        Assert.Equal("<hi>", shadow.QuerySelector("button.l")!.TextContent);
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

    private static AngleSharp.Html.Dom.IHtmlDocument Shadow(string markup)
    {
        var start = markup.IndexOf("<template shadowrootmode=\"open\">", StringComparison.Ordinal) + "<template shadowrootmode=\"open\">".Length;
        return new HtmlParser().ParseDocument(markup[start..markup.IndexOf("</template>", StringComparison.Ordinal)]);
    }
}
