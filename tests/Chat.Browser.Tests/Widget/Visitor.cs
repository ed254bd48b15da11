using Chat.Browser.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Chat.Browser.Tests.Widget;

/// <summary>Somebody in front of the shop, with scripting switched off. What the browser complains of about policies is kept.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly string _address;

    private Visitor(IBrowserContext context, IPage page, string address)
    {
        (_context, Page, _address) = (context, page, address);
        context.SetDefaultTimeout(Chromium.PatienceMs);
        Complaints = Infrastructure.Complaints.Of(context);
    }

    public IPage Page { get; private set; }

    public IBrowserContext Context => _context;

    /// <summary>The panel, wherever it stands on the page.</summary>
    public IFrameLocator Panel => Page.FrameLocator("chat-widget iframe");

    /// <summary>The conversation in it.</summary>
    public IFrameLocator Log => Panel.FrameLocator("iframe");

    public ILocator Composer => Panel.Locator("textarea");

    public ILocator SendButton => Panel.Locator(".send");

    public ILocator Answers => Log.Locator(".answer");

    public ILocator Questions => Log.Locator(".question .said");

    /// <summary>What a policy has forbidden so far.</summary>
    public IReadOnlyList<string> Complaints { get; }

    public static async Task<Visitor> ComeAsync(Chromium chromium, OpenShop shop, Action<BrowserNewContextOptions>? change = null)
    {
        var context = await chromium.NewVisitorAsync(change);
        return new Visitor(context, await context.NewPageAsync(), shop.Shop.Address);
    }

    /// <summary>Goes to a page of the shop.</summary>
    public Task GoAsync(string path) => Page.GotoAsync(_address + path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });

    /// <summary>Goes to a page with the chat in the corner, and opens it.</summary>
    public async Task OpenAsync(string path = "/")
    {
        await GoAsync(path);
        await Page.Locator("chat-widget button.l").ClickAsync();
        await Composer.WaitForAsync();
    }

    /// <summary>A second tab of the same browser, from now on the one that is looked at.</summary>
    public async Task<IPage> NewTabAsync()
    {
        var before = Page;
        Page = await _context.NewPageAsync();
        return before;
    }

    public void LookAt(IPage page) => Page = page;

    public Task AskAsync(string text) => Panel.SayAsync(text);

    /// <summary>Asks, and has it answered.</summary>
    public async Task AskAsync(Model model, string text, string answer)
    {
        await AskAsync(text);
        (await model.NextAsync()).SayAll(answer);
        await OverAsync();
    }

    /// <summary>Waits until so many are answered: before its page has come, what is over may be the one before.</summary>
    public async Task AnsweredAsync(int count)
    {
        await Assertions.Expect(Answers).ToHaveCountAsync(count);
        await OverAsync();
    }

    /// <summary>The Back button: one step of the whole window, which may be one of a frame.</summary>
    public async Task BackAsync()
    {
        var session = await _context.NewCDPSessionAsync(Page);
        var history = (await session.SendAsync("Page.getNavigationHistory"))!.Value;
        var entry = history.GetProperty("entries")[history.GetProperty("currentIndex").GetInt32() - 1].GetProperty("id").GetInt32();
        await session.SendAsync("Page.navigateToHistoryEntry", new Dictionary<string, object> { ["entryId"] = entry });
    }

    /// <summary>Waits until the conversation is shown to its end: nothing can be stopped any more.</summary>
    public async Task OverAsync()
    {
        await Log.Locator("i.eos").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Assertions.Expect(Log.Locator(".bar")).ToBeHiddenAsync();
    }

    /// <summary>What stands there as the visitor sees it.</summary>
    public static async Task<string> TextOf(ILocator locator) => string.Join(' ', (await locator.InnerTextAsync()).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
