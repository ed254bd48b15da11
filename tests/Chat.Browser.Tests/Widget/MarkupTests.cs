using System.Diagnostics;
using System.Text.Json;
using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>
/// html-validate over every document as it is sent. Its recommended rules, but for three of taste: void-style and no-trailing-whitespace (two ways of writing the same
/// document), and long-title (a title is the owner's).
/// </summary>
[Collection(WidgetCollection.Name)]
public sealed class MarkupTests(Chromium chromium, OpenShop shop)
{
    [BrowserFact]
    public async Task Every_document_is_valid_html_in_every_state()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        var folder = Directory.CreateTempSubdirectory("chat-html-");
        try
        {
            await visitor.OpenAsync();
            await SaveAsync(visitor, folder.FullName, "new", "/", "/Help", "/_chat/panel", "/_chat/log", "/_chat/transcript");
            await visitor.AskAsync(shop.Model, "Hello *there*?", "# Hi\n\n- one\n  1. two\n\n|a|b|\n|-|-|\n|1|2|\n\n```js\nx\n```\n\n> q\n\n[l](https://a.example) `c` ~~d~~\n\n- [x] done\n\n---\n\nend  \nof it");
            await visitor.AskAsync("Again?");
            (await shop.Model.NextAsync()).Refuse();
            await visitor.OverAsync();
            await visitor.AskAsync(new string('x', 2_010));
            await Expect(visitor.Panel.Locator("#problem")).ToBeVisibleAsync();
            await SaveAsync(visitor, folder.FullName, "used", "/", "/Help", "/_chat/panel", "/_chat/log", "/_chat/transcript");
            var faults = await FaultsAsync(folder.FullName);
            Assert.True(faults.Length == 0, faults);

            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "control.html"), "<!DOCTYPE html><html lang=\"en\"><head><title>x</title></head><body><p style=\"color: red\">x<div></div></p></body></html>");
            Assert.Contains("no-inline-style", await FaultsAsync(folder.FullName), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task SaveAsync(Visitor visitor, string folder, string state, params string[] paths)
    {
        foreach (var path in paths)
        {
            var response = await visitor.Context.APIRequest.GetAsync(new Uri(new Uri(visitor.Page.Url), path).ToString());
            await File.WriteAllTextAsync(Path.Combine(folder, $"{state}{path.Replace('/', '-')}.html"), await response.TextAsync());
        }
    }

    private static async Task<string> FaultsAsync(string folder)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = folder };
        foreach (var argument in new[] { NpmPackages.PathOf("html-validate", "bin", "html-validate.mjs"), "--config", Repository.PathOf("tests", "Chat.Browser.Tests", "Npm", "htmlvalidate.json"), "--formatter", "json", folder })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var report = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        return string.Join('\n', report.RootElement.EnumerateArray().SelectMany(file => file.GetProperty("messages").EnumerateArray().Select(message =>
            $"{Path.GetFileName(file.GetProperty("filePath").GetString())}:{message.GetProperty("line")} {message.GetProperty("ruleId").GetString()} {message.GetProperty("message").GetString()}")));
    }
}
