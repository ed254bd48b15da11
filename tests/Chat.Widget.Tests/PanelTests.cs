using System.IO.Compression;
using System.Net;
using AngleSharp.Html.Dom;
using Chat.Client;
using Chat.Widget.Home;
using Chat.Widget.Tests.Infrastructure;
using Chat.Widget.Theme;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Widget.Tests;

public sealed class PanelTests
{
    [Theory]
    [InlineData("panel")]
    [InlineData("log")]
    [InlineData("transcript")]
    public async Task Every_page_has_the_strictest_policy_and_is_kept_by_nobody(string page)
    {
        await using var app = await WidgetApp.StartAsync();
        using var response = await app.GetAsync($"/_chat/{page}");
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'; "
            + "sandbox allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads",
            Header(response, "Content-Security-Policy"));
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Equal("off", Header(response, "X-DNS-Prefetch-Control"));
        Assert.Equal("no", Header(response, "X-Accel-Buffering"));
        Assert.Equal("no-store, no-transform", Header(response, "Cache-Control"));
        Assert.False(response.Headers.Contains("X-Frame-Options"));
        LauncherTests.AssertNoScript(await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_opened_panel_weighs_12_kilobytes_at_most_in_all()
    {
        await using var app = await WidgetApp.StartAsync();
        await app.AskAsync("Hello");
        app.Backend.Says(ScriptedBackend.Done("<p>Hi</p>"));
        var all = new List<string> { Stylesheets.TextOf(Stylesheets.Panel, new Accent(0x24, 0x56, 0xc7)) };
        foreach (var page in new[] { "panel", "log" })
        {
            using var response = await app.GetAsync($"/_chat/{page}");
            all.Add(await response.Content.ReadAsStringAsync());
        }

        Assert.InRange(all.Sum(LauncherTests.Packed), 1_000, 12 * 1_024);
    }

    [Fact]
    public async Task What_the_channels_owner_has_set_is_shown_and_asked_for_once_a_minute()
    {
        await using var app = await WidgetApp.StartAsync();
        var panel = await app.PageAsync();
        Assert.Equal("Hello from the channel", panel.QuerySelector(".greeting")!.TextContent);
        Assert.Contains("Call 123", panel.QuerySelector(".menu")!.TextContent, StringComparison.Ordinal);
        await app.PageAsync();
        Assert.Equal(1, app.Backend.ChannelReads);
        app.Time.Advance(TimeSpan.FromSeconds(61));
        await app.PageAsync();
        Assert.Equal(2, app.Backend.ChannelReads);
    }

    [Fact]
    public async Task With_the_service_down_the_panel_is_there_with_its_own_texts()
    {
        await using var app = await WidgetApp.StartAsync(backend: new ScriptedBackend { ChannelFails = ScriptedBackend.Failure(ChatErrorCodes.ConnectionFailed) });
        Assert.Equal("Hello! What would you like to know?", (await app.PageAsync()).QuerySelector(".greeting")!.TextContent);
    }

    [Theory]
    [InlineData("de-AT,de;q=0.9,en;q=0.1", "de", "ltr", "Senden")]
    [InlineData("fr", "fr", "ltr", "Envoyer")]
    [InlineData("xx,ar;q=0.5", "ar", "rtl", "إرسال")]
    [InlineData("xx", "en", "ltr", "Send")]
    [InlineData("de;q=0,fr;q=0.1", "fr", "ltr", "Envoyer")]
    public async Task The_language_is_the_visitors(string accepted, string language, string direction, string send)
    {
        await using var app = await WidgetApp.StartAsync();
        var panel = await app.PageAsync(language: accepted);
        Assert.Equal((language, direction), (panel.DocumentElement.GetAttribute("lang"), panel.DocumentElement.GetAttribute("dir")));
        Assert.Equal(send, panel.QuerySelector(".send")!.TextContent.Trim());
    }

    [Fact]
    public async Task A_tags_own_settings_reach_its_panel_and_the_page_goes_along_with_the_question()
    {
        await using var app = await WidgetApp.StartAsync();
        var url = PanelUrl(app, new PanelTicket
        {
            Title = "Workshop",
            Greeting = "Ask <us>",
            SuggestedQuestions = ["One?"],
            Accent = "#aa0000",
            PageUrl = "https://shop.example/bikes?id=7",
            PageTitle = "Bikes",
            Texts = new Dictionary<string, string> { ["send"] = "Go" },
        });
        var panel = await app.PageAsync(url);
        Assert.Equal(("Workshop", "Ask <us>", "Go"), (panel.Title, panel.QuerySelector(".greeting")!.TextContent, panel.QuerySelector(".send")!.TextContent.Trim()));
        Assert.Contains("panel.aa0000.", panel.QuerySelector("link")!.GetAttribute("href"), StringComparison.Ordinal);

        await app.PostAsync(panel.QuerySelector("form")!.GetAttribute("action")!.Split('#')[0], [.. WidgetApp.FieldsOf(panel), new("message", "x")]);
        Assert.Equal(new PageMetadata { Url = "https://shop.example/bikes?id=7", Title = "Bikes" }, app.Backend.Sent.Single().Page);
    }

    [Fact]
    public async Task A_ticket_that_was_changed_is_none()
    {
        await using var app = await WidgetApp.StartAsync();
        var url = PanelUrl(app, new PanelTicket { Title = "Workshop" });
        foreach (var forged in new[] { url[..^2] + (url[^2] == 'A' ? "BB" : "AA"), url + "x", "/_chat/panel?c=", "/_chat/panel?c=%00", "/_chat/panel?c=CfDJ8" })
            Assert.Equal("Chat", (await app.PageAsync(forged)).Title);
    }

    [Fact]
    public async Task A_tag_without_settings_of_its_own_makes_a_short_address()
    {
        await using var app = await WidgetApp.StartAsync();
        Assert.InRange(PanelUrl(app, new PanelTicket { Language = "en", PageUrl = "https://shop.example/bikes", PageTitle = "Bicycles for every day" }).Length, 1, 400);
    }

    [Fact]
    public async Task Addresses_that_are_no_pages_are_left_out()
    {
        await using var app = await WidgetApp.StartAsync();
        var panel = await app.PageAsync(PanelUrl(app, new PanelTicket { AvatarUrl = "http://evil.example/a.png", PrivacyUrl = "javascript:alert(1)" }));
        Assert.Null(panel.QuerySelector("img"));
        Assert.Empty(panel.QuerySelectorAll("a"));
    }

    [Fact]
    public async Task A_picture_of_another_origin_is_allowed_by_name()
    {
        await using var app = await WidgetApp.StartAsync(options => options.AvatarUrl = "https://cdn.example/a.png");
        using var response = await app.GetAsync("/_chat/panel");
        Assert.Contains("img-src 'self' https://cdn.example;", Header(response, "Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stylesheet_is_kept_for_ever_under_its_own_name_only()
    {
        await using var app = await WidgetApp.StartAsync();
        var url = (await app.PageAsync()).QuerySelector("link")!.GetAttribute("href")!;
        using var current = await app.GetAsync(url);
        Assert.Equal("public, max-age=31536000, immutable", Header(current, "Cache-Control"));
        using var old = await app.GetAsync(url[..^"12345678.css".Length] + "00000000.css");
        Assert.Equal("no-cache", Header(old, "Cache-Control"));
        foreach (var none in new[] { "panel.css", "panel.12345.00000000.css", "other.2456c7.00000000.css", "..%2fpanel.css", "panel.2456c7}.00000000.css" })
        {
            using var missing = await app.GetAsync($"/_chat/css/{none}");
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }
    }

    [Theory]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("identity", null)]
    [InlineData("", null)]
    public async Task A_stylesheet_comes_packed_as_the_browser_takes_it(string accepted, string? encoding)
    {
        await using var app = await WidgetApp.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, (await app.PageAsync()).QuerySelector("link")!.GetAttribute("href"));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using var response = await app.SendAsync(request);
        Assert.Equal("Accept-Encoding", Header(response, "Vary"));
        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        await using var body = await response.Content.ReadAsStreamAsync();
        await using var unpacked = encoding switch { "br" => new BrotliStream(body, CompressionMode.Decompress), "gzip" => new GZipStream(body, CompressionMode.Decompress), _ => body };
        using var reader = new StreamReader(unpacked);
        Assert.Equal(Stylesheets.TextOf(Stylesheets.Panel, new Accent(0x24, 0x56, 0xc7)), await reader.ReadToEndAsync());
        if (encoding is not null)
            Assert.InRange(response.Content.Headers.ContentLength!.Value, 500, 4 * 1_024);
    }

    [Fact]
    public async Task A_page_that_the_visitor_closes_is_remembered_and_a_foreign_picture_cannot_say_so()
    {
        await using var app = await WidgetApp.StartAsync();
        var foreign = new HttpRequestMessage(HttpMethod.Get, "/_chat/closed");
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var refused = await app.SendAsync(foreign);
        Assert.DoesNotContain("chat_open", app.Cookies.Keys);
        using var own = await app.GetAsync("/_chat/closed");
        Assert.Equal((HttpStatusCode.NoContent, "0"), (own.StatusCode, app.Cookies["chat_open"]));
    }

    [Fact]
    public async Task Below_a_base_path_and_another_prefix_every_address_is_right()
    {
        await using var app = await WidgetApp.StartAsync(options => options.Prefix = "/talk", map: app => Microsoft.AspNetCore.Builder.UsePathBaseExtensions.UsePathBase(app, "/shop"));
        using var response = await app.GetAsync("/shop/talk/panel");
        Assert.Equal("/shop/talk/send#q", (await WidgetApp.ParseAsync(response)).QuerySelector("form")!.GetAttribute("action"));
    }

    [Fact]
    public async Task The_composer_is_labelled_described_and_the_next_stop_is_send()
    {
        await using var app = await WidgetApp.StartAsync();
        var panel = await app.PageAsync();
        var field = (IHtmlTextAreaElement)panel.QuerySelector("textarea")!;
        Assert.Equal("Your message", panel.QuerySelector($"label[for={field.Id}]")!.TextContent);
        Assert.Contains("2,000 characters. Tab, then Enter sends.", panel.GetElementById("hint")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("hint", field.GetAttribute("aria-describedby"));
        var stops = panel.QuerySelectorAll("textarea,form button").ToList();
        Assert.Same(panel.QuerySelector(".send"), stops[stops.IndexOf(field) + 1]);
        Assert.Single(panel.QuerySelectorAll("h1"));
        Assert.Single(panel.QuerySelectorAll("main"));
    }

    private static string PanelUrl(WidgetApp app, PanelTicket ticket) =>
        app.Services.GetRequiredService<SiteHome>().PanelUrlOf(new DefaultHttpContext(), ticket);

    private static string Header(HttpResponseMessage response, string name) => string.Join(", ", response.Headers.GetValues(name));
}

public sealed class OptionsTests
{
    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var options = new ChatWidgetOptions { Prefix = "chat/", Accent = "red", AvatarUrl = "http://x/", PrivacyUrl = "ftp://x/", Language = "xx" };
        options.Texts["Nothing"] = "x";
        var verdict = new ChatWidgetOptionsValidator().Validate(null, options);
        Assert.Equal(["Prefix", "Accent", "AvatarUrl", "PrivacyUrl", "Language", "Texts"], verdict.Failures!.Select(fault => fault.Split(' ')[1]));
    }

    [Fact]
    public void The_defaults_are_right() => Assert.True(new ChatWidgetOptionsValidator().Validate(null, new ChatWidgetOptions()).Succeeded);

    [Fact]
    public async Task A_site_without_an_address_and_a_key_does_not_start()
    {
        var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder();
        builder.Services.AddChatWidget(_ => { });
        await using var app = builder.Build();
        await Assert.ThrowsAnyAsync<OptionsValidationException>(() => app.StartAsync());
    }
}
