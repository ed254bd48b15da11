using System.IO.Compression;
using System.Text.RegularExpressions;
using Chat.Browser.Tests.Infrastructure;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>What the widget does to the page that it stands on, which is nothing; and what that page can do to it.</summary>
[Collection(WidgetCollection.Name)]
public sealed partial class OwnersPageTests(Chromium chromium, OpenShop shop, ITestOutputHelper output)
{
    private const string Hostile =
        "* { all: revert !important; display: block !important; font: 40px/3 serif !important; color: red !important; background: yellow !important; padding: 30px !important; "
        + "border: 5px dashed lime !important; position: static !important; transform: rotate(3deg) !important; letter-spacing: 1em !important; direction: rtl !important } "
        + "iframe { display: none !important; width: 10px !important; height: 10px !important; opacity: .1 !important } "
        + "form, button, textarea, summary, details, [popover] { all: unset !important; display: none !important } "
        + "chat-widget, chat-widget * { display: none !important; visibility: hidden !important; opacity: 0 !important; filter: invert(1) !important; zoom: 2 !important } "
        + "html { font-size: 40px !important } html, body { transform: none !important; direction: ltr !important }";

    // Every computed property of every element of the page but the widget's own, and where each stands. Custom ones come in any order.
    private const string Looks =
        """
        () => [...document.querySelectorAll('*')].filter(element => !element.closest('chat-widget')).map(element => {
          const style = getComputedStyle(element), box = element.getBoundingClientRect();
          return element.localName + [...style].sort().map(name => name + ':' + style.getPropertyValue(name)).join(';') + [box.x, box.y, box.width, box.height].join(' ');
        })
        """;

    private const string WidgetLooks =
        """
        () => [...document.querySelector('chat-widget').shadowRoot.querySelectorAll('.w, .w *')].map(element => {
          const style = getComputedStyle(element), box = element.getBoundingClientRect();
          return element.localName + ' ' + [...style].filter(name => !name.startsWith('--')).map(name => name + ':' + style.getPropertyValue(name)).join(';') + ' ' + [box.x, box.y, box.width, box.height].join(' ');
        })
        """;

    [BrowserFact]
    public async Task Its_styles_do_not_leak_and_nothing_on_the_page_moves()
    {
        await using var context = await ScriptedAsync();
        await context.AddInitScriptAsync(
            """
            if (window === window.top) {
              window.__shifts = 0;
              new PerformanceObserver(list => { for (const each of list.getEntries()) window.__shifts += each.value; }).observe({ type: 'layout-shift', buffered: true });
            }
            """);
        foreach (var path in new[] { "/", "/Workshop" })
        {
            var page = await OpenAsync(context, $"{path}?{TestPages.WithoutKey}=1");
            var without = await page.EvaluateAsync<string[]>(Looks);
            page = await OpenAsync(context, path);
            await page.Locator("chat-widget button.l").WaitForAsync();
            AssertSame(without, await page.EvaluateAsync<string[]>(Looks));
            await page.Locator("chat-widget button.l").ClickAsync();
            await page.FrameLocator("chat-widget iframe").Locator("textarea").WaitForAsync();
            AssertSame(without, await page.EvaluateAsync<string[]>(Looks));
            Assert.Equal(0, await page.EvaluateAsync<double>("() => window.__shifts"));
        }
    }

    [BrowserTheory]
    [InlineData("/")]
    [InlineData("/Help")]
    public async Task A_hostile_stylesheet_changes_nothing_in_it(string path)
    {
        await using var context = await ScriptedAsync();
        var page = await OpenAsync(context, path);
        var (looks, picture) = await LooksAsync(page, path);
        page = await OpenAsync(context, $"{path}?{TestPages.StyleKey}={Uri.EscapeDataString(Hostile)}");
        // It does reach the page.
        Assert.Equal("rgb(255, 0, 0)", await page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('h1')).color"));
        var (hostile, hostilePicture) = await LooksAsync(page, path);
        // What is fixed in the window is where it was; what stands in the page is as wide as the page lets it be.
        foreach (var all in new[] { looks, hostile })
        {
            for (var at = 0; at < (path == "/" ? 1 : all.Length); at++)
                all[at] = Place().Replace(all[at], "");
        }

        AssertSame(looks, hostile);
        Assert.Equal(picture, hostilePicture);
    }

    [BrowserFact]
    public async Task Closed_it_weighs_less_than_three_kilobytes_and_opened_less_than_twelve_with_no_script_or_foreign_request()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        var responses = new List<IResponse>();
        visitor.Context.Response += (_, response) => responses.Add(response);
        await visitor.OpenAsync();
        await visitor.AskAsync(shop.Model, "Hello?", "Hello.");

        var owner = await BodyAsync(visitor, "/");
        var launcher = Tag().Match(owner).Value;
        // As they are sent: the page as the owner's site writes it, which packs nothing here, and the stylesheet as the widget does.
        var css = await visitor.Context.APIRequest.GetAsync(new Uri(new Uri(visitor.Page.Url), LauncherCss().Match(owner).Value).ToString());
        var closed = System.Text.Encoding.UTF8.GetByteCount(launcher) + int.Parse(css.Headers["content-length"], null);
        Assert.InRange(closed, 1_000, 3 * 1_024);

        var panel = await BodyAsync(visitor, "/_chat/panel");
        var all = Packed(panel) + Packed(await BodyAsync(visitor, "/_chat/log")) + Packed(await BodyAsync(visitor, PanelCss().Match(panel).Value));
        output.WriteLine($"Closed {closed} bytes as sent, opened {all} bytes packed.");
        Assert.InRange(all, 1_000, 12 * 1_024);
        Assert.DoesNotContain(responses, response => response.Request.ResourceType is "script" or "font");
        Assert.All(responses, response => Assert.StartsWith(shop.Shop.Address, response.Url, StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task Under_the_strictest_policy_nothing_is_complained_of_and_an_inline_style_would_be()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        foreach (var path in new[] { "/", "/Help" })
        {
            var response = await visitor.Page.GotoAsync(shop.Shop.Address + path);
            Assert.Equal("default-src 'none'; style-src 'self'; form-action 'self'; frame-src 'self'; img-src 'self'", response!.Headers["content-security-policy"]);
            await Expect(visitor.Panel.Locator("textarea")).ToBeAttachedAsync();
        }

        Assert.Empty(visitor.Complaints);
        await visitor.GoAsync($"/?{TestPages.StyleKey}={Uri.EscapeDataString("p { color: red }")}");
        Assert.Contains(visitor.Complaints, complaint => complaint.Contains("style-src 'self'", StringComparison.Ordinal));
    }

    private async Task<IBrowserContext> ScriptedAsync() => await chromium.NewContextAsync(new()
    {
        ExtraHTTPHeaders = new Dictionary<string, string> { [TestPages.NoPolicyHeader] = "1" },
        ReducedMotion = ReducedMotion.Reduce,
    });

    private async Task<IPage> OpenAsync(IBrowserContext context, string path)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(shop.Shop.Address + path);
        return page;
    }

    private static async Task<(string[] Looks, byte[] Picture)> LooksAsync(IPage page, string path)
    {
        var widget = page.Locator(path == "/" ? "chat-widget button.l" : "chat-widget iframe");
        await widget.WaitForAsync();
        if (path != "/")
            return (await page.EvaluateAsync<string[]>(WidgetLooks), []);
        await widget.ClickAsync();
        await page.FrameLocator("chat-widget iframe").Locator("textarea").WaitForAsync();
        await page.Locator("chat-widget button.c").FocusAsync();
        // Without its round corners, through which the page can be seen.
        var box = (await page.Locator("chat-widget div.p").BoundingBoxAsync())!;
        var clip = new Clip { X = box.X + 20, Y = box.Y + 20, Width = box.Width - 40, Height = box.Height - 40 };
        return (await page.EvaluateAsync<string[]>(WidgetLooks), await PictureAsync(page, clip));
    }

    // The panel has a frame of its own, which is loaded and painted when it is: the picture is one that has come to rest.
    private static async Task<byte[]> PictureAsync(IPage page, Clip clip)
    {
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        byte[] last = [];
        for (var tries = 0; tries < 50; tries++)
        {
            var picture = await page.ScreenshotAsync(new() { Clip = clip });
            if (picture.AsSpan().SequenceEqual(last))
                return picture;
            last = picture;
        }

        throw new TimeoutException("The panel's picture never came to rest.");
    }

    private static void AssertSame(string[] looks, string[] others)
    {
        Assert.Equal(looks.Length, others.Length);
        Assert.All(looks.Zip(others), pair => Assert.Equal("", Difference(pair.First, pair.Second)));
    }

    private static string Difference(string one, string other) =>
        string.Join(' ', one.Split(';').Zip(other.Split(';')).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First} became {pair.Second}."));

    private static async Task<string> BodyAsync(Visitor visitor, string path) =>
        await (await visitor.Context.APIRequest.GetAsync(new Uri(new Uri(visitor.Page.Url), path).ToString())).TextAsync();

    private static int Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return (int)packed.Length;
    }

    [GeneratedRegex("<chat-widget>.*?</chat-widget>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"/_chat/css/launcher[^""]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex LauncherCss();

    [GeneratedRegex(@"/_chat/css/panel[^""]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex PanelCss();

    [GeneratedRegex(@"((inline|block)-size|width|height|(perspective|transform)-origin|inset[a-z-]*|top|left|right|bottom):[^;]*;| [-\d. ]+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Place();
}
