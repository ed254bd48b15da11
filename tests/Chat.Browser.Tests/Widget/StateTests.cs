using Chat.Browser.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>The states that a visitor meets, in both schemes and on both sizes of screen: pictures of them for people, and axe-core finds nothing in any.</summary>
[Collection(WidgetCollection.Name)]
public sealed class StateTests(Chromium chromium, OpenShop shop)
{
    private const string Rich =
        """
        ## Oiling the chain

        Every **200 km**, and after rain. You need:

        1. a dry rag
        2. chain oil, *not* household oil
           - wax works too

        | Weather | Every |
        |---------|------:|
        | dry     | 200 km |
        | wet     | 80 km |

        ```bash
        clean --chain && oil --sparingly   # a long line of code that has to scroll inside of its own box
        ```

        > Less is more.

        See [our workshop page](https://spoke.example/workshop) or `ask` us.
        """;

    // Both schemes and both sizes are checked; the other two pairs of them are for the pictures.
    public static TheoryData<string, int, int, ColorScheme, bool> Looks()
    {
        var looks = new TheoryData<string, int, int, ColorScheme, bool>
        {
            { "desktop-light", 1280, 800, ColorScheme.Light, true },
            { "mobile-dark", 390, 844, ColorScheme.Dark, true },
        };
        if (Screens.AreTaken)
        {
            looks.Add("desktop-dark", 1280, 800, ColorScheme.Dark, false);
            looks.Add("mobile-light", 390, 844, ColorScheme.Light, false);
        }

        return looks;
    }

    [BrowserTheory, MemberData(nameof(Looks))]
    public async Task Each_state_is_pictured_and_has_no_violation(string name, int width, int height, ColorScheme scheme, bool check)
    {
        void Set(BrowserNewContextOptions options) => (options.ViewportSize, options.ColorScheme) = (new() { Width = width, Height = height }, scheme);
        var same = new BrowserNewContextOptions { Locale = "en-GB" };
        Set(same);
        await using var checker = await Checker.NewOfTwoAsync(chromium, same);
        await using var visitor = await Visitor.ComeAsync(chromium, shop, Set);
        var found = new List<string>();

        async Task StateAsync(string state, string path, Func<IPage, Task> ready)
        {
            await Screens.SaveAsync(visitor.Page, $"{name}-{state}");
            if (check)
                found.AddRange((await checker.ViolationsAsync(visitor, shop.Shop.Address + path, ready)).Select(violation => $"{name} {state} {violation}"));
        }

        await visitor.GoAsync("/");
        await StateAsync("1-closed", "/", page => page.Locator("chat-widget button.l").WaitForAsync());
        await visitor.OpenAsync();
        await StateAsync("2-opened", "/", async page =>
        {
            await page.Locator("chat-widget button.l").ClickAsync();
            await page.FrameLocator("chat-widget iframe").Locator("textarea").WaitForAsync();
        });

        await visitor.AskAsync("How often should I oil the chain? And with what?");
        var turn = await shop.Model.NextAsync();
        await Expect(visitor.Log.Locator(".typing")).ToBeVisibleAsync();
        await StateAsync("3-typing", "/", page => LogOf(page).Locator(".typing").WaitForAsync());
        turn.Say(Rich[..260]);
        await Expect(visitor.Log.Locator(".answer")).ToContainTextAsync("household");
        await StateAsync("4-streaming", "/", page => LogOf(page).GetByText("household").First.WaitForAsync());
        turn.SayAll(Rich[260..]);
        await visitor.OverAsync();
        await StateAsync("5-answered", "/", EndedAsync);
        await visitor.Panel.Locator(".menu summary").ClickAsync();
        await StateAsync("6-menu", "/", async page =>
        {
            await EndedAsync(page);
            await page.FrameLocator("chat-widget iframe").Locator(".menu summary").ClickAsync();
        });

        await visitor.AskAsync("And the brakes?");
        (await shop.Model.NextAsync()).Refuse();
        await visitor.OverAsync();
        await StateAsync("7-failed", "/", EndedAsync);
        await visitor.AskAsync(new string('x', 2_010));
        await Expect(visitor.Panel.Locator("#problem")).ToBeVisibleAsync();
        await StateAsync("8-too-long", "/", page => page.FrameLocator("chat-widget iframe").Locator("#problem").WaitForAsync());
        await visitor.GoAsync("/Help");
        await visitor.OverAsync();
        await StateAsync("9-inline", "/Help", EndedAsync);
        await visitor.GoAsync("/_chat/transcript");
        await StateAsync("10-transcript", "/_chat/transcript", page => page.Locator(".answer").WaitForAsync());
        Assert.True(found.Count == 0, string.Join('\n', found));
        Assert.Empty(visitor.Complaints);
    }

    [BrowserTheory]
    [InlineData("ar", "rtl")]
    [InlineData("de", "ltr")]
    public async Task In_other_languages_too(string language, string direction)
    {
        await using var checker = await Checker.NewAsync(chromium, new() { Locale = language, ViewportSize = new() { Width = 390, Height = 844 } });
        await using var visitor = await Visitor.ComeAsync(chromium, shop, options => (options.Locale, options.ViewportSize) = (language, new() { Width = 390, Height = 844 }));
        await visitor.OpenAsync();
        await Expect(visitor.Panel.Locator("html")).ToHaveAttributeAsync("dir", direction);
        await Screens.SaveAsync(visitor.Page, $"{language}-1-opened");
        await visitor.AskAsync(shop.Model, language == "ar" ? "هل لديكم دراجات؟" : "Haben Sie Fahrräder?", "نعم، لدينا **Harbour** و Ridgeline.\n\n- واحد\n- اثنان\n\nIn English, too.");
        await Screens.SaveAsync(visitor.Page, $"{language}-2-answered");
        await visitor.AskAsync("x");
        (await shop.Model.NextAsync()).Refuse();
        await visitor.OverAsync();
        await Screens.SaveAsync(visitor.Page, $"{language}-3-failed");
        var found = await checker.ViolationsAsync(visitor, shop.Shop.Address, EndedAsync);
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [BrowserFact]
    public async Task A_page_with_faults_is_found_out()
    {
        await using var checker = await Checker.NewAsync(chromium, new());
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.GoAsync("/");
        var faulty = "p { color: %23bbb !important }";
        var found = await checker.ViolationsAsync(visitor, $"{shop.Shop.Address}/?{TestPages.StyleKey}={faulty}", page => page.Locator("chat-widget button.l").WaitForAsync());
        Assert.Contains(found, violation => violation.StartsWith("color-contrast", StringComparison.Ordinal));
    }

    private static IFrameLocator LogOf(IPage page) => page.FrameLocator("chat-widget iframe").FrameLocator("iframe");

    private static Task EndedAsync(IPage page) => LogOf(page).Locator("i.eos").WaitForAsync(new() { State = WaitForSelectorState.Attached });
}
