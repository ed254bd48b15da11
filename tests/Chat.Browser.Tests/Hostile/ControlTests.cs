using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Rendering;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Chat.Browser.Tests.Hostile;

/// <summary>That the texts of <see cref="ExecutionTests"/> are dangerous, and that its eyes are open: put into a page as they are, they run and call.</summary>
[Collection(ControlCollection.Name)]
public sealed class ControlTests(Chromium chromium, ITestOutputHelper output)
{
    // Of the constructs that load, so many must be seen to.
    private const int Loud = 35;

    [BrowserFact]
    public async Task Raw_hundreds_of_the_same_texts_run()
    {
        var raw = Extent.Of(HostileHtml.Raw, oneIn: 8);
        var own = await RunRawAsync(raw);
        var markup = Extent.Of<string>([.. HostileHtml.Naughty.Where(text => text.Contains('<', StringComparison.Ordinal))], oneIn: 8);
        var naughty = await RunRawAsync(markup);
        output.WriteLine($"{own} of {raw.Count} of our own run raw, and {naughty} of {markup.Count} public ones with markup.");
        Assert.InRange(own, Extent.Of(200, oneIn: 8), raw.Count);
        Assert.InRange(naughty, Extent.Of(60, oneIn: 8), markup.Count);
    }

    [BrowserFact]
    public async Task Through_markdig_with_html_disabled_many_run()
    {
        // Some of all: a frame for each takes its time.
        var links = await RunRawAsync([.. HostileMarkdown.Links.Where((_, at) => at % 5 == 0).Select(Arms.WithHtmlDisabled)]);
        var attributes = await RunRawAsync([.. HostileMarkdown.AttributeCases.Where((_, at) => at % 3 == 0).Select(each => Arms.WithAdvancedExtensions(each.Markdown))]);
        output.WriteLine($"{links} of 68 and {attributes} of 34 run.");
        Assert.InRange(links, 10, 68);
        Assert.InRange(attributes, 5, 34);
    }

    [BrowserFact]
    public async Task Raw_nearly_every_construct_that_loads_calls_its_host_by_itself()
    {
        await using var context = await chromium.NewContextAsync();
        var page = await context.NewPageAsync();
        var quiet = NetworkConstructs.Html.Index().ToList();
        // Some never call. Those that do are quick, unless the machine is busy: then all that were quiet are looked at for longer.
        foreach (var patience in new[] { TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5) })
        {
            if (NetworkConstructs.Html.Count - quiet.Count < Loud)
                quiet = await QuietAsync(page, quiet, patience);
        }

        output.WriteLine($"Quiet: {string.Join(' ', quiet.Select(construct => construct.Item))}");
        Assert.InRange(NetworkConstructs.Html.Count - quiet.Count, Loud, NetworkConstructs.Html.Count);
    }

    private async Task<List<(int Index, string Item)>> QuietAsync(IPage page, IReadOnlyList<(int Index, string Item)> constructs, TimeSpan patience)
    {
        var quiet = new List<(int, string)>();
        foreach (var (number, html) in constructs)
        {
            await page.GotoAsync(chromium.Pages.Put("<!doctype html><title>control</title>" + NetworkConstructs.For(html, number)), new() { WaitUntil = WaitUntilState.Commit });
            if (!await chromium.Canary.IsCalledAsync(NetworkConstructs.HostOf(number), patience))
                quiet.Add((number, html));
        }

        return quiet;
    }

    /// <summary>How many of these do run when they are put into a page as they are.</summary>
    private async Task<int> RunRawAsync(IReadOnlyList<string> payloads)
    {
        await using var context = await Shown.NewContextAsync(chromium);
        var page = await context.NewPageAsync();
        await page.GotoAsync(chromium.Pages.Put("<!doctype html><title>control</title><body>"));
        var ran = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in payloads.Select((payload, at) => new object[] { at, payload }).Chunk(120))
            ran.UnionWith(await page.EvaluateAsync<string[]>(Script.Read("harness.js"), part));
        ran.Remove("");
        return ran.Count;
    }
}
