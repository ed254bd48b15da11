using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Chat.Browser.Tests.Widget;

/// <summary>
/// axe-core over what a visitor sees: the same pages with the same cookies in a second context, in which scripts are allowed and the policies are taken away, since the checker
/// is a script.
/// </summary>
internal sealed class Checker : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    // Each check takes most of a second.
    private readonly bool _isWhole;
    private int _states;

    private Checker(IBrowserContext context, bool isWhole, int first) => (_context, _isWhole, _states) = (context, isWhole, first);

    public IBrowserContext Context => _context;

    /// <summary>One that checks every state that it is shown.</summary>
    public static Task<Checker> NewAsync(Chromium chromium, BrowserNewContextOptions options) => NewAsync(chromium, options, isWhole: true, first: 0);

    /// <summary>
    /// One of two that are shown the same states, in the light scheme and in the dark one: between them they check each. With CHAT_TEST_ALL=1, both check all.
    /// </summary>
    public static Task<Checker> NewOfTwoAsync(Chromium chromium, BrowserNewContextOptions options) =>
        NewAsync(chromium, options, Extent.IsWhole, first: options.ColorScheme == ColorScheme.Dark ? 1 : 0);

    private static async Task<Checker> NewAsync(Chromium chromium, BrowserNewContextOptions options, bool isWhole, int first)
    {
        options.JavaScriptEnabled = true;
        // A panel that is still fading in has the contrast of neither state: what is checked is what a visitor reads.
        options.ReducedMotion = ReducedMotion.Reduce;
        options.ExtraHTTPHeaders = new Dictionary<string, string> { [TestPages.NoPolicyHeader] = "1" };
        var checker = new Checker(await chromium.NewContextAsync(options), isWhole, first);
        // One text, because the order of several is nobody's promise. The hosted chat is a frame of another origin, which axe leaves alone unless it is told.
        var axe = await File.ReadAllTextAsync(NpmPackages.PathOf("axe-core", "axe.min.js"));
        await checker._context.AddInitScriptAsync($"{axe}\naxe.configure({{ allowedOrigins: ['<unsafe_all_origins>'] }});");
        return checker;
    }

    /// <summary>What is wrong with a page and all frames in it, as this visitor gets it; empty for nothing. Colours, contrast and all rules that axe has by default.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync(Visitor visitor, string url, Func<IPage, Task> ready)
    {
        if (!IsDue())
            return [];
        await _context.ClearCookiesAsync();
        await _context.AddCookiesAsync((await visitor.Context.CookiesAsync()).Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path, HttpOnly = true }));
        var page = await _context.NewPageAsync();
        try
        {
            await page.GotoAsync(url, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
            await ready(page);
            return await CheckAsync(page);
        }
        finally
        {
            await page.CloseAsync();
        }
    }

    /// <summary>A page that a test leads on itself, from state to state.</summary>
    public Task<IPage> NewPageAsync() => _context.NewPageAsync();

    /// <summary>What is wrong with such a page and all frames in it as they are now.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync(IPage page) => IsDue() ? await CheckAsync(page) : [];

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private bool IsDue() => _states++ % 2 == 0 || _isWhole;

    private static async Task<IReadOnlyList<string>> CheckAsync(IPage page) => await page.EvaluateAsync<string[]>(
        """
        async () => {
          const result = await axe.run(document, { preload: false });
          if (result.passes.length < 10) return ['axe has checked next to nothing'];
          return result.violations.concat(result.incomplete.filter(rule => rule.id === 'frame-tested')).flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(' > ')} ${node.failureSummary}`));
        }
        """);
}
