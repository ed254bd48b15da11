using System.Text.Json.Nodes;
using Chat.Browser.Tests.Infrastructure;
using Chat.Browser.Tests.Widget;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Console;

/// <summary>The owner's pages: from signing in to a chat on the owner's own website, and what the pages look like and are made of.</summary>
[Collection(WidgetCollection.Name)]
public sealed class ConsoleTests(Chromium chromium)
{
    [BrowserFact]
    public async Task An_owner_signs_in_copies_the_lines_and_the_chat_works_on_the_website()
    {
        await using var own = await OpenShop.NewAsync();
        var made = await own.App.CreateChannelAsync(new() { ["name"] = "Spoke & <Sons>", ["website_url"] = chromium.Pages.Site, ["allowed_origins"] = new JsonArray(chromium.Pages.Site), ["greeting"] = "Hello from the console!" });
        await using var context = await chromium.NewVisitorAsync();
        context.SetDefaultTimeout(Chromium.PatienceMs);
        var complaints = Complaints.Of(context);
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{own.Service}/admin");
        await page.GetByLabel("Admin token").FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That did not work. Check the token and try again.");
        // By keyboard: the field has the focus.
        await Expect(page.GetByLabel("Admin token")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(ChatApp.AdminToken);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Channels 2");
        await page.GetByRole(AriaRole.Link, new() { Name = "Spoke & <Sons>" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Spoke & <Sons>");

        var snippet = await CopyAsync(context, page.GetByLabel("A button in the corner that opens the chat"));
        Assert.Contains($"/embed/{made.Id}", snippet, StringComparison.Ordinal);
        var address = chromium.Pages.PutOnSite($"<!DOCTYPE html><html lang=\"en\"><head><title>Spoke</title></head><body><h1>Spoke</h1>{snippet}</body></html>");
        await using var visitor = await Visitor.ComeAsync(chromium, own);
        await visitor.Page.GotoAsync(address, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await visitor.Page.Locator("chat-widget button.l").ClickAsync();
        await Expect(visitor.Panel.Locator(".greeting")).ToHaveTextAsync("Hello from the console!");
        await visitor.AskAsync(own.Model, "Is it open?", "It is **open**.");
        Assert.Equal("Assistant It is open.", await Visitor.TextOf(visitor.Answers));

        await page.ReloadAsync();
        await Expect(page.Locator(".figures")).ToContainTextAsync("1 of 1,000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByLabel("Admin token")).ToBeVisibleAsync();
        await page.GotoAsync($"{own.Service}/admin/channels/{made.Id}");
        await Expect(page.GetByLabel("Admin token")).ToBeVisibleAsync();
        Assert.Empty(complaints);
        Assert.Empty(visitor.Complaints);
    }

    [BrowserTheory]
    [InlineData("desktop-light", 1280, 900, ColorScheme.Light)]
    [InlineData("mobile-dark", 390, 844, ColorScheme.Dark)]
    public async Task Each_page_is_pictured_valid_and_has_no_violation(string name, int width, int height, ColorScheme scheme)
    {
        await using var app = ServiceOfManyStates();
        var (used, closed) = await FillAsync(app);
        await using var checker = await Checker.NewOfTwoAsync(chromium, new() { Locale = "en-GB", ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height } });
        using var folder = new HtmlFolder();
        var page = await checker.NewPageAsync();
        var found = new List<string>();

        async Task LookAsync(string state)
        {
            await Screens.SaveAsync(page, $"console-{name}-{state}", whole: true);
            found.AddRange((await checker.ViolationsAsync(page)).Select(violation => $"{name} {state} {violation}"));
            Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), state);
            foreach (var target in await page.Locator("button, .button, input:not([type=hidden]), h2 a, .home, .back").AllAsync())
                Assert.InRange((await target.BoundingBoxAsync())!.Height, 44, 200);
        }

        async Task GoAsync(string path, string state)
        {
            var response = await page.GotoAsync(app.ClientOptions.BaseAddress + path);
            await folder.SaveAsync(state, await response!.TextAsync());
            await LookAsync(state);
        }

        await GoAsync("admin", "1-sign-in");
        await page.GetByLabel("Admin token").FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await LookAsync("2-refused");
        await page.GetByLabel("Admin token").FillAsync(ChatApp.AdminToken);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.Locator(".channels")).ToBeVisibleAsync();
        await GoAsync("admin", "3-channels");
        await GoAsync($"admin/channels/{used}", "4-channel");
        await GoAsync($"admin/channels/{closed}", "5-nobody-may-show-it");
        await GoAsync("admin/channels/none", "6-unknown");
        Assert.True(found.Count == 0, string.Join('\n', found));
        var faults = await folder.FaultsAsync();
        Assert.True(faults.Length == 0, faults);
    }

    // 1280 × 1024 at 400 %.
    [BrowserFact]
    public async Task At_400_percent_nothing_scrolls_sideways_and_in_forced_colours_every_control_has_an_edge()
    {
        await using var app = ServiceOfManyStates();
        var (used, closed) = await FillAsync(app);
        await using var context = await chromium.NewVisitorAsync(options => (options.ViewportSize, options.ForcedColors) = (new() { Width = 320, Height = 256 }, ForcedColors.Active));
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{app.ClientOptions.BaseAddress}admin/channels/{used}");
        await page.GetByLabel("Admin token").FillAsync(ChatApp.AdminToken);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.Locator("#corner")).ToBeVisibleAsync();
        foreach (var path in new[] { $"admin/channels/{used}", $"admin/channels/{closed}", "admin" })
        {
            await page.GotoAsync(app.ClientOptions.BaseAddress + path);
            Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), path);
            foreach (var part in await page.Locator("button, .button, textarea, .badge").AllAsync())
                Assert.NotEqual("0px", await part.EvaluateAsync<string>("element => getComputedStyle(element).borderTopWidth"));
        }

        await Screens.SaveAsync(page, "console-zoom-400");
    }

    private static ChatApp ServiceOfManyStates()
    {
        var app = new ChatApp().With("Logging:LogLevel:Default", "None");
        app.UseKestrel();
        app.StartServer();
        return app;
    }

    private static async Task<(Guid Used, Guid Closed)> FillAsync(ChatApp app)
    {
        var used = await app.CreateChannelAsync(new()
        {
            ["name"] = "Spoke, the bicycle shop",
            ["website_url"] = "https://spoke.example/",
            ["model"] = "guide",
            ["knowledge"] = "# Opening hours\n\nWe are open from ten to six.\n\n# Chains\n\nOil the chain every 200 km.",
            ["allowed_origins"] = new JsonArray("https://spoke.example", "https://www.spoke.example"),
            ["greeting"] = "Hello! Ask me about bicycles, repairs or your order.",
            ["suggested_questions"] = new JsonArray("When are you open?", "How often should I oil the chain?"),
            ["contact"] = "workshop@spoke.example, +49 30 1234567",
        });
        for (var day = 0; day < 3; day++)
        {
            for (var question = 0; question <= day; question++)
                await app.AskAsync(used, "When are you open?", $"session-{question}");
            app.Time.Advance(TimeSpan.FromDays(1));
        }

        await app.AskAsync(used, "How often should I oil the chain?");
        var closed = await app.CreateChannelAsync(new() { ["name"] = $"A channel with {new string('l', 60)}ong name", ["active"] = false, ["credits"] = 0 });
        await app.CreateChannelAsync(new() { ["name"] = "Last year’s campaign", ["expires_at"] = "2026-01-01T00:00:00Z", ["website_url"] = "https://campaign.example/spring" });
        for (var number = 4; number < 22; number++)
            await app.CreateChannelAsync(new() { ["name"] = $"Website {number}" });
        return (used.Id, closed.Id);
    }

    /// <summary>What a person does: into the text, all of it, copied; and put into a field of another page.</summary>
    private static async Task<string> CopyAsync(IBrowserContext context, ILocator text)
    {
        await text.ClickAsync();
        await text.PressAsync("Control+A");
        await text.PressAsync("Control+C");
        var paper = await context.NewPageAsync();
        await paper.SetContentAsync("<textarea></textarea>");
        await paper.Locator("textarea").PressAsync("Control+V");
        await Expect(paper.Locator("textarea")).Not.ToHaveValueAsync("");
        var pasted = await paper.Locator("textarea").InputValueAsync();
        Assert.Equal(await text.InputValueAsync(), pasted);
        await paper.CloseAsync();
        return pasted;
    }
}
