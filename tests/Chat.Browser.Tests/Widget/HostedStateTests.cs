using System.Text.Json.Nodes;
using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>
/// The hosted chat's states before axe-core, which is a script: in a page that forgets to sandbox the frame, without policies, and with scripts allowed. That none of
/// this is needed is what <see cref="HostedTests"/> show.
/// </summary>
[Collection(WidgetCollection.Name)]
public sealed class HostedStateTests(Chromium chromium, OpenShop shop)
{
    [BrowserTheory]
    [InlineData("inline", 1280, 900, ColorScheme.Light)]
    [InlineData("corner", 390, 844, ColorScheme.Dark)]
    public async Task No_state_has_a_violation_and_every_document_is_valid(string placement, int width, int height, ColorScheme scheme)
    {
        await using var checker = await Checker.NewOfTwoAsync(chromium, new() { Locale = "en-GB", ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height } });
        var channel = await shop.App.CreateChannelAsync(new()
        {
            ["name"] = "Elsewhere",
            ["allowed_origins"] = new JsonArray(chromium.Pages.Site),
            ["suggested_questions"] = new JsonArray("When are you open?"),
            ["contact"] = "Call 123",
        });
        var page = await checker.NewPageAsync();
        page.SetDefaultTimeout(Chromium.PatienceMs);
        var found = new List<string>();
        using var folder = new HtmlFolder();

        async Task LookAsync(string state, bool isWhole = true)
        {
            // What was waited for may be there before the frame beside it has begun to load.
            await Eventually.TrueAsync(() => page.Frames.All(frame => frame.Url.StartsWith("http", StringComparison.Ordinal)));
            await Screens.SaveAsync(page, $"hosted-{placement}-{state}");
            // As they are sent; a document that is still being made would keep whoever asks for it waiting. The page around the inline snippet is not ours, nor
            // valid to the letter: the frame's width in percent and its missing border are attributes, because a strict policy would refuse a style.
            foreach (var (number, frame) in page.Frames.Index().Where(frame => isWhole && (frame.Item.ParentFrame is not null || !frame.Item.Url.StartsWith(chromium.Pages.Site, StringComparison.Ordinal))))
                await folder.SaveAsync($"{state}-{number}", await (await checker.Context.APIRequest.GetAsync(frame.Url)).TextAsync());
            found.AddRange((await checker.ViolationsAsync(page)).Select(violation => $"{placement} {state} {violation}"));
        }

        var panel = page.FrameLocator("iframe");
        var log = panel.FrameLocator("iframe");
        await page.GotoAsync(await PageAsync(channel, placement));
        if (placement == "corner")
            await page.Locator("chat-widget button.l").ClickAsync();
        await Expect(panel.Locator(".suggestions button")).ToBeVisibleAsync();
        await LookAsync("1-opened");
        var turn = await AskAsync(panel, "Do you deliver?");
        await Expect(log.Locator(".typing")).ToBeVisibleAsync();
        await LookAsync("2-typing", isWhole: false);
        turn.Say("## Everywhere\n\nWe **do**:\n\n1. by bicycle\n2. by\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`code`\n\nand");
        await Expect(log.Locator(".answer strong").First).ToBeVisibleAsync();
        await LookAsync("3-streaming", isWhole: false);
        turn.End();
        await Expect(log.Locator(".bar")).ToBeHiddenAsync();
        await panel.Locator(".menu summary").ClickAsync();
        await LookAsync("4-answered-menu");
        var transcript = await panel.Locator(".menu a").First.GetAttributeAsync("href");
        (await AskAsync(panel, "And then?")).Refuse();
        await Expect(log.Locator(".problem")).ToBeVisibleAsync();
        await LookAsync("5-failed");
        await panel.SayAsync(new string('x', 2_010));
        await Expect(panel.Locator("#problem")).ToBeVisibleAsync();
        await LookAsync("6-too-long");
        await shop.App.EditChannelAsync(channel, new() { ["requests_per_minute"] = 1 });
        await panel.SayAsync("Too often?");
        await Expect(panel.Locator("#problem")).ToContainTextAsync("That was a lot of messages at once.");
        await LookAsync("7-limit");

        await page.GotoAsync(shop.Service + transcript);
        await Expect(page.Locator(".answer")).ToBeVisibleAsync();
        await LookAsync("8-transcript");
        await shop.App.EditChannelAsync(channel, new() { ["active"] = false });
        await LookAtNoticeAsync($"/embed/{channel.Id}", "The chat is closed at the moment.", "9-closed");
        await shop.App.EditChannelAsync(channel, new() { ["allowed_origins"] = new JsonArray() });
        await LookAtNoticeAsync($"/embed/{channel.Id}", "no website may show this chat yet", "10-denied");
        await LookAtNoticeAsync($"/embed/{Guid.Empty}", "The chat is not set up yet.", "11-unknown");
        Assert.True(found.Count == 0, string.Join('\n', found));
        var faults = await folder.FaultsAsync();
        Assert.True(faults.Length == 0, faults);

        async Task LookAtNoticeAsync(string path, string sentence, string state)
        {
            await page.GotoAsync(shop.Service + path);
            await Expect(page.Locator("main")).ToContainTextAsync(sentence);
            await LookAsync(state);
        }
    }

    // The control arm: what is wrong in a frame of another origin, two deep, is found.
    [BrowserFact]
    public async Task A_fault_within_the_frames_is_found_out()
    {
        await using var checker = await Checker.NewAsync(chromium, new());
        var inner = chromium.Pages.Put("<!DOCTYPE html><html lang=\"en\"><head><title>Inner</title></head><body><main><h1>Inner</h1><p style=\"color:#bbb;background:#fff\">Faint</p></main></body></html>");
        var middle = chromium.Pages.Put($"<!DOCTYPE html><html lang=\"en\"><head><title>Middle</title></head><body><iframe title=\"Inner\" src=\"{inner}\"></iframe></body></html>");
        var outer = chromium.Pages.PutOnSite($"<!DOCTYPE html><html lang=\"en\"><head><title>Outer</title></head><body><main><h1>Outer</h1><iframe title=\"Middle\" src=\"{middle}\"></iframe></main></body></html>");
        var page = await checker.NewPageAsync();
        await page.GotoAsync(outer);
        await page.FrameLocator("iframe").FrameLocator("iframe").Locator("p").WaitForAsync();
        Assert.Contains(await checker.ViolationsAsync(page), violation => violation.StartsWith("color-contrast: iframe > iframe > p", StringComparison.Ordinal));
    }

    private async Task<ModelTurn> AskAsync(IFrameLocator panel, string text)
    {
        await panel.SayAsync(text);
        return await shop.Model.NextAsync();
    }

    private async Task<string> PageAsync(TestChannel channel, string placement)
    {
        var snippet = await shop.SnippetAsync(channel, placement);
        var open = snippet.Replace(" sandbox=", " data-sandbox=", StringComparison.Ordinal);
        Assert.NotEqual(snippet, open);
        return chromium.Pages.PutOnSite($"<!DOCTYPE html><html lang=\"en\"><head><title>Elsewhere</title></head><body><main><h1>Elsewhere</h1>{open}</main></body></html>");
    }
}
