using System.Text.Json.Nodes;
using Chat.Browser.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>
/// The hosted chat over https on a page of another site ("localhost", while the service is "127.0.0.1"), in browsers whose owners block cookies: those of
/// third parties, or all. A cookie partitioned by website (CHIPS) is none of the former, and finds the conversation again when the page is left; nothing else needs one.
/// </summary>
[Collection(ConversationCollection.Name)]
public sealed class SecureHostedTests(Chromium chromium) : IAsyncLifetime
{
    private const string BlockThirdParties = """{"profile":{"block_third_party_cookies":true,"cookie_controls_mode":1}}""";
    private const string BlockAll = """{"profile":{"default_content_setting_values":{"cookies":2}}}""";
    private const string BlockNone = """{"profile":{"block_third_party_cookies":false,"cookie_controls_mode":0}}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("chat-profile-").FullName;
    private OpenShop _shop = null!;
    private PageServer _pages = null!;
    private Guid _channel;

    // The same pages, as two websites.
    private string Site => _pages.Site;

    private string OtherSite => _pages.Address.GetLeftPart(UriPartial.Authority);

    public async Task InitializeAsync()
    {
        if (Chromium.WhyNot is not null)
            return;
        var certificate = LoopbackCertificate.Create();
        _pages = await PageServer.StartAsync(certificate);
        _shop = await OpenShop.NewAsync(certificate: certificate);
    }

    public async Task DisposeAsync()
    {
        if (Chromium.WhyNot is null)
        {
            await _shop.DisposeAsync();
            await _pages.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [BrowserFact]
    public async Task With_third_party_cookies_blocked_the_conversation_works_and_is_found_again_on_this_website_alone()
    {
        var path = await PageAsync();
        await using var context = await LaunchAsync(BlockThirdParties);
        var page = await context.NewPageAsync();
        Assert.Equal("none", await CookieAsync(page));
        await page.GotoAsync(Site + path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        var (panel, log) = PartsOf(page);
        await Expect(panel.Locator(".greeting")).ToBeVisibleAsync();
        Assert.Empty(await context.CookiesAsync([_shop.SecureService]));
        await panel.SayAsync("Do you deliver?");
        var turn = await _shop.Model.NextAsync();
        turn.Say("We do, **everywhere**.\n\nEven");
        await Expect(log.Locator(".answer")).ToContainTextAsync("everywhere");
        var cookie = Assert.Single(await context.CookiesAsync([$"{_shop.SecureService}/embed/{_channel}"]));
        Assert.Equal(("__Secure-chat", true, true, SameSiteAttribute.None, "https://localhost"), (cookie.Name, cookie.HttpOnly, cookie.Secure, cookie.SameSite, cookie.PartitionKey));

        // The page is left in mid-answer: the frame begins anew, with nothing in its address.
        await page.ReloadAsync(new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await Expect(log.Locator(".answer")).ToContainTextAsync("everywhere");
        turn.Say(" to the moon.");
        turn.End();
        await Expect(log.Locator(".answer")).ToContainTextAsync("Even to the moon.");
        await Expect(log.Locator(".bar")).ToBeHiddenAsync();
        await panel.SayAsync("And then?");
        var next = await _shop.Model.NextAsync();
        Assert.Equal(["Do you deliver?", "We do, **everywhere**.\n\nEven to the moon."], next.Request.Messages.TakeLast(3).SkipLast(1).Select(message => message.Content));
        next.SayAll("Then you ride.");
        await Expect(log.Locator(".question .said")).ToHaveTextAsync(["Do you deliver?", "And then?"]);
        await Expect(log.Locator(".answer").Last).ToContainTextAsync("Then you ride.");
        await Screens.SaveAsync(page, "hosted-https");

        // Another website shows the same chat, and knows nothing of it.
        var elsewhere = await context.NewPageAsync();
        await elsewhere.GotoAsync(OtherSite + path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await Expect(PartsOf(elsewhere).Panel.Locator(".greeting")).ToBeVisibleAsync();

        await panel.Locator(".menu summary").ClickAsync();
        await panel.Locator(".menu button").ClickAsync();
        await Expect(panel.Locator(".greeting")).ToBeVisibleAsync();
        await page.ReloadAsync(new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await Expect(panel.Locator(".greeting")).ToBeVisibleAsync();
        Assert.False(_shop.Model.HasMore);
    }

    [BrowserFact]
    public async Task With_every_cookie_blocked_the_conversation_works_until_the_page_is_left()
    {
        var path = await PageAsync();
        await using var context = await LaunchAsync(BlockAll);
        var page = await context.NewPageAsync();
        await page.GotoAsync(Site + path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        var (panel, log) = PartsOf(page);
        await panel.SayAsync("One?");
        (await _shop.Model.NextAsync()).SayAll("First.");
        await Expect(log.Locator(".answer")).ToContainTextAsync("First.");
        await Expect(log.Locator(".bar")).ToBeHiddenAsync();
        await panel.SayAsync("Two?");
        var next = await _shop.Model.NextAsync();
        Assert.Equal(["One?", "First."], next.Request.Messages.TakeLast(3).SkipLast(1).Select(message => message.Content));
        next.SayAll("Second.");
        await Expect(log.Locator(".question .said")).ToHaveTextAsync(["One?", "Two?"]);
        await Expect(log.Locator(".answer").Last).ToContainTextAsync("Second.");
        Assert.Empty(await context.CookiesAsync());
        await page.ReloadAsync(new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await Expect(panel.Locator(".greeting")).ToBeVisibleAsync();
        Assert.False(_shop.Model.HasMore);
    }

    // Without it, "blocked" could be the browser's own idea of these addresses.
    [BrowserFact]
    public async Task A_browser_that_blocks_nothing_brings_a_third_party_s_cookie_back()
    {
        await using var context = await LaunchAsync(BlockNone);
        Assert.Equal("brought back", await CookieAsync(await context.NewPageAsync()));
    }

    /// <summary>What a frame of another site says of its cookie when it is shown for the second time.</summary>
    private async Task<string> CookieAsync(IPage page)
    {
        var around = new Uri(_pages.Put($"<!DOCTYPE html><title>Around</title><iframe src=\"{OtherSite}/{PageServer.CookieName}\"></iframe>")).AbsolutePath;
        for (var look = 0; look < 2; look++)
        {
            await page.GotoAsync(Site + around);
            await Expect(page.FrameLocator("iframe").Locator("p")).ToBeVisibleAsync();
        }

        return await page.FrameLocator("iframe").Locator("p").InnerTextAsync();
    }

    private async Task<string> PageAsync()
    {
        var channel = await _shop.App.CreateChannelAsync(new() { ["allowed_origins"] = new JsonArray(Site, OtherSite) });
        _channel = channel.Id;
        var snippet = (await _shop.SnippetAsync(channel, "inline")).Replace(_shop.Service, _shop.SecureService, StringComparison.Ordinal);
        Assert.Contains(_shop.SecureService, snippet, StringComparison.Ordinal);
        return new Uri(_pages.Put($"<!DOCTYPE html><html lang=\"en\"><head><title>Elsewhere</title></head><body><h1>Elsewhere</h1>{snippet}</body></html>")).AbsolutePath;
    }

    private async Task<IBrowserContext> LaunchAsync(string preferences)
    {
        var context = await chromium.LaunchProfileAsync(
            _folder, preferences, new() { IgnoreHTTPSErrors = true, JavaScriptEnabled = false, Locale = "en-GB", TimezoneId = "UTC", Timeout = 120_000 });
        context.SetDefaultTimeout(Chromium.PatienceMs);
        return context;
    }
    private static (IFrameLocator Panel, IFrameLocator Log) PartsOf(IPage page) => (page.FrameLocator("iframe"), page.FrameLocator("iframe").FrameLocator("iframe"));
}
