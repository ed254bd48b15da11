using Chat.Browser.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>html-validate over every document as it is sent.</summary>
[Collection(WidgetCollection.Name)]
public sealed class MarkupTests(Chromium chromium, OpenShop shop)
{
    [BrowserFact]
    public async Task Every_document_is_valid_html_in_every_state()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        using var folder = new HtmlFolder();
        await visitor.OpenAsync();
        await SaveAsync(visitor, folder, "new", "/", "/Help", "/_chat/panel", "/_chat/log", "/_chat/transcript");
        await visitor.AskAsync(shop.Model, "Hello *there*?", "# Hi\n\n- one\n  1. two\n\n|a|b|\n|-|-|\n|1|2|\n\n```js\nx\n```\n\n> q\n\n[l](https://a.example) `c` ~~d~~\n\n- [x] done\n\n---\n\nend  \nof it");
        await visitor.AskAsync("Again?");
        (await shop.Model.NextAsync()).Refuse();
        await visitor.OverAsync();
        await visitor.AskAsync(new string('x', 2_010));
        await Expect(visitor.Panel.Locator("#problem")).ToBeVisibleAsync();
        await SaveAsync(visitor, folder, "used", "/", "/Help", "/_chat/panel", "/_chat/log", "/_chat/transcript");
        var faults = await folder.FaultsAsync();
        Assert.True(faults.Length == 0, faults);

        await folder.SaveAsync("control", "<!DOCTYPE html><html lang=\"en\"><head><title>x</title></head><body><p style=\"color: red\">x<div></div></p></body></html>");
        Assert.Contains("no-inline-style", await folder.FaultsAsync(), StringComparison.Ordinal);
    }

    private static async Task SaveAsync(Visitor visitor, HtmlFolder folder, string state, params string[] paths)
    {
        foreach (var path in paths)
        {
            var response = await visitor.Context.APIRequest.GetAsync(new Uri(new Uri(visitor.Page.Url), path).ToString());
            await folder.SaveAsync($"{state}{path.Replace('/', '-')}", await response.TextAsync());
        }
    }
}
