using Chat.Browser.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>The chat by keyboard alone, at 400 % zoom, in forced colours, without motion, and from right to left.</summary>
[Collection(WidgetCollection.Name)]
public sealed class AccessTests(Chromium chromium, OpenShop shop)
{
    private const string ColoursOf = "element => getComputedStyle(element).color + ' on ' + getComputedStyle(element).backgroundColor";

    [BrowserFact]
    public async Task The_whole_conversation_goes_by_keyboard()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.GoAsync("/");
        var keyboard = visitor.Page.Keyboard;
        await TabToAsync(visitor.Page, visitor.Page.Locator("chat-widget button.l"));
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("chat-widget [popover]")).ToBeVisibleAsync();
        // Escape closes it, and the focus is where it was.
        await keyboard.PressAsync("Escape");
        await Expect(visitor.Page.Locator("chat-widget [popover]")).ToBeHiddenAsync();
        await Expect(visitor.Page.Locator("chat-widget button.l")).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");

        await TabToAsync(visitor.Page, visitor.Composer);
        await keyboard.TypeAsync("Hello?");
        await keyboard.PressAsync("Tab");
        await Expect(visitor.SendButton).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        var turn = await shop.Model.NextAsync();
        turn.Say("Well.\n\nThe");
        await Expect(visitor.Answers).ToContainTextAsync("Well.");
        // The composer has the focus while the answer comes; Stop is reached backwards from there.
        await Expect(visitor.Composer).ToBeFocusedAsync();
        await TabToAsync(visitor.Page, visitor.Log.Locator(".bar button"), "Shift+Tab");
        await keyboard.PressAsync("Enter");
        await turn.Cut;
        await visitor.OverAsync();

        await TabToAsync(visitor.Page, visitor.Log.Locator(".rate button").First, "Shift+Tab");
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Log.Locator(".rate[role=status]")).ToBeVisibleAsync();
        await TabToAsync(visitor.Page, visitor.Panel.Locator(".menu summary"), "Shift+Tab");
        await keyboard.PressAsync("Enter");
        await keyboard.PressAsync("Tab");
        await Expect(visitor.Panel.Locator(".menu button")).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await Expect(visitor.Panel.Locator(".suggestions button")).ToHaveCountAsync(2);
    }

    // 1280 × 1024 at 400 %.
    [BrowserTheory]
    [InlineData("en-GB")]
    [InlineData("ar")]
    public async Task At_400_percent_nothing_scrolls_sideways_and_everything_can_be_reached(string language)
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop, options => (options.ViewportSize, options.Locale) = (new() { Width = 320, Height = 256 }, language));
        await visitor.GoAsync("/");
        await visitor.Page.Locator("chat-widget button.l").ClickAsync();
        await visitor.AskAsync(shop.Model, "What is it?", $"A word: {new string('w', 200)}\n\n| a | b | c | d | e |\n|---|---|---|---|---|\n| {new string('x', 40)} | {new string('y', 40)} | 3 | 4 | 5 |\n\n```\n{new string('z', 200)}\n```\n");
        await Screens.SaveAsync(visitor.Page, $"zoom-400-{language}");
        foreach (var path in new[] { "/_chat/panel", "/_chat/log", "/_chat/transcript", "/" })
        {
            await visitor.GoAsync(path);
            Assert.True(await visitor.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), path);
        }

        await visitor.GoAsync("/_chat/panel");
        foreach (var part in new[] { "textarea", ".send", ".menu summary" })
        {
            await visitor.Page.Locator(part).ScrollIntoViewIfNeededAsync();
            await Expect(visitor.Page.Locator(part)).ToBeInViewportAsync(new() { Ratio = 0.9f });
        }
    }

    [BrowserFact]
    public async Task In_forced_colours_every_control_has_an_edge()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop, options => (options.ForcedColors, options.ColorScheme) = (ForcedColors.Active, ColorScheme.Dark));
        await visitor.OpenAsync();
        await visitor.AskAsync(shop.Model, "Visible?", "Yes.");
        await Screens.SaveAsync(visitor.Page, "forced-colours");
        foreach (var part in new[] { visitor.Page.Locator("chat-widget .l"), visitor.Page.Locator("chat-widget .p"), visitor.SendButton, visitor.Composer, visitor.Log.Locator(".question"), visitor.Answers })
            Assert.NotEqual("0px", await part.EvaluateAsync<string>("element => getComputedStyle(element).borderTopWidth"));
        // The pointer's being there takes no colour of the visitor's away.
        await visitor.SendButton.HoverAsync();
        Assert.Equal(await visitor.Page.Locator("chat-widget .c").EvaluateAsync<string>(ColoursOf), await visitor.SendButton.EvaluateAsync<string>(ColoursOf));
    }

    [BrowserFact]
    public async Task Where_motion_is_not_wanted_nothing_moves()
    {
        foreach (var (motion, moves) in new[] { (ReducedMotion.Reduce, false), (ReducedMotion.NoPreference, true) })
        {
            await using var visitor = await Visitor.ComeAsync(chromium, shop, options => options.ReducedMotion = motion);
            await visitor.OpenAsync();
            await visitor.AskAsync("Moving?");
            var turn = await shop.Model.NextAsync();
            await Expect(visitor.Log.Locator(".typing")).ToBeVisibleAsync();
            Assert.Equal(moves, await visitor.Log.Locator(".dot").First.EvaluateAsync<string>("element => getComputedStyle(element).animationName") != "none");
            Assert.Equal(moves, await visitor.Page.Locator("chat-widget .p").EvaluateAsync<string>("element => getComputedStyle(element).animationName") != "none");
            turn.SayAll("No.");
            await visitor.OverAsync();
        }
    }

    [BrowserFact]
    public async Task Targets_are_44_pixels_high()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop, options => options.ViewportSize = new() { Width = 390, Height = 844 });
        await visitor.OpenAsync();
        await AssertHighAsync(visitor.Panel.Locator(".suggestions button").First, visitor.SendButton, visitor.Composer, visitor.Page.Locator("chat-widget .c"), visitor.Panel.Locator(".menu summary"));
        await visitor.AskAsync("Big?");
        var turn = await shop.Model.NextAsync();
        await AssertHighAsync(visitor.Log.Locator(".bar button"));
        turn.SayAll("Big.");
        await visitor.OverAsync();
        await AssertHighAsync(visitor.Log.Locator(".rate button").First);
        await visitor.Panel.Locator(".menu summary").ClickAsync();
        await AssertHighAsync(visitor.Panel.Locator(".menu button"), visitor.Panel.Locator(".menu a").First);
    }

    private static async Task AssertHighAsync(params ILocator[] targets)
    {
        foreach (var target in targets)
        {
            var box = (await target.BoundingBoxAsync())!;
            Assert.InRange(Math.Min(box.Height, box.Width), 44, 2_000);
        }
    }

    private static async Task TabToAsync(IPage page, ILocator target, string key = "Tab")
    {
        for (var presses = 0; presses < 30; presses++)
        {
            await page.Keyboard.PressAsync(key);
            if (await target.CountAsync() > 0 && await target.EvaluateAsync<bool>("element => element.getRootNode().activeElement === element && document.hasFocus()"))
                return;
        }

        Assert.Fail($"{target} cannot be reached by {key}.");
    }
}
