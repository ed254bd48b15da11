using System.Text.Json.Nodes;
using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>
/// The hosted chat in a page of another site: of "localhost", while the service is "127.0.0.1". Over plain http no third-party cookie exists at all, and none is
/// set: what a browser does that blocks them.
/// </summary>
[Collection(ConversationCollection.Name)]
public sealed class HostedTests(Chromium chromium, OpenShop shop)
{
    [BrowserTheory]
    [InlineData("corner", 1280, 800)]
    [InlineData("inline", 390, 844)]
    public async Task The_whole_conversation_works_on_another_origin_without_any_cookie(string placement, int width, int height)
    {
        var page = await PageAsync(placement, chromium.Pages.Site);
        await using var visitor = await ComeAsync(width, height);
        await visitor.Page.GotoAsync(page, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        if (placement == "corner")
            await visitor.Page.Locator("chat-widget button.l").ClickAsync();
        var panel = visitor.Page.FrameLocator("iframe");
        var log = panel.FrameLocator("iframe");
        await Expect(panel.Locator(".greeting")).ToHaveTextAsync("Hello from elsewhere!");
        await panel.Locator("textarea").FillAsync("Do you deliver?");
        await panel.Locator(".send").DblClickAsync();
        var turn = await shop.Model.NextAsync();
        turn.Say("We do, **everywhere**.\n\nEven");
        await Expect(log.Locator(".answer strong")).ToHaveTextAsync("everywhere");
        await Expect(panel.Locator("textarea")).ToBeFocusedAsync();
        await panel.Locator("textarea").FillAsync("And then?");
        await log.Locator(".bar button").ClickAsync();
        await turn.Cut;
        await Expect(log.Locator(".bar")).ToBeHiddenAsync();
        await Expect(panel.Locator("textarea")).ToHaveValueAsync("And then?");
        await Screens.SaveAsync(visitor.Page, $"hosted-{placement}");

        await panel.Locator(".send").ClickAsync();
        var next = await shop.Model.NextAsync();
        Assert.Equal(["Do you deliver?", "We do, **everywhere**.\n\nEven"], next.Request.Messages.TakeLast(3).SkipLast(1).Select(message => message.Content));
        next.Refuse();
        await log.Locator(".problem button").ClickAsync();
        (await shop.Model.NextAsync()).SayAll("Then you ride.");
        await Expect(log.Locator(".answer").Last).ToContainTextAsync("Then you ride.");
        await Expect(log.Locator(".question .said")).ToHaveTextAsync(["Do you deliver?", "And then?"]);
        await panel.Locator(".menu summary").ClickAsync();
        await panel.Locator(".menu button").ClickAsync();
        await Expect(panel.Locator(".greeting")).ToBeVisibleAsync();

        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Empty(visitor.Complaints);
        Assert.False(shop.Model.HasMore);
    }

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_whose_origin_is_not_listed_shows_nothing(bool othersAreListed)
    {
        var page = await PageAsync("inline", othersAreListed ? ["https://shop.example"] : []);
        await using var visitor = await ComeAsync(1280, 800);
        var answered = visitor.Page.WaitForResponseAsync(response => response.Url.Contains("/embed/", StringComparison.Ordinal));
        await visitor.Page.GotoAsync(page);
        await answered;
        // The browser has the answer, and puts its own page in place of it a moment later.
        await Eventually.TrueAsync(() => visitor.Page.Frames[1].Url == "chrome-error://chromewebdata/");
        await Expect(visitor.Page.FrameLocator("iframe").Locator("textarea, .greeting")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Back_shows_what_there_is_and_a_page_under_the_strictest_policy_needs_to_allow_the_service_alone()
    {
        var page = await PageAsync("corner", $"default-src 'none'; frame-src {shop.Service}; style-src {shop.Service}", [chromium.Pages.Site]);
        await using var visitor = await ComeAsync(1280, 800);
        await visitor.Page.GotoAsync(page, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await visitor.Page.Locator("chat-widget button.l").ClickAsync();
        await visitor.AskAsync(shop.Model, "One?", "First.");
        await visitor.AskAsync(shop.Model, "Two?", "Second.");
        await visitor.AnsweredAsync(2);
        await visitor.BackAsync();
        await visitor.OverAsync();
        await Expect(visitor.Questions).ToHaveTextAsync(["One?", "Two?"]);
        await Expect(visitor.Answers).ToHaveCountAsync(2);
        Assert.False(shop.Model.HasMore);
        Assert.Empty(visitor.Complaints);
    }

    private Task<string> PageAsync(string placement, params string[] origins) => PageAsync(placement, null, origins);

    private async Task<string> PageAsync(string placement, string? policy, string[] origins)
    {
        var channel = await shop.App.CreateChannelAsync(new JsonObject
        {
            ["allowed_origins"] = new JsonArray([.. origins.Select(origin => (JsonNode)origin)]),
            ["greeting"] = "Hello from elsewhere!",
        });
        var snippet = await shop.SnippetAsync(channel, placement);
        return chromium.Pages.PutOnSite($"<!DOCTYPE html><html lang=\"en\"><head><title>Elsewhere</title></head><body><h1>Elsewhere</h1>{snippet}</body></html>", policy);
    }

    private Task<Visitor> ComeAsync(int width, int height) =>
        Visitor.ComeAsync(chromium, shop, options => options.ViewportSize = new() { Width = width, Height = height });
}
