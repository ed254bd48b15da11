using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Browser.Tests.Widget;

/// <summary>The chat in a text browser: a plain page with a form, and the conversation as a page to read.</summary>
public sealed class TextBrowserTests
{
    [TextBrowserFact]
    public async Task Question_answer_and_form_are_there_as_plain_text()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Replies("The **Harbour**:\n\n1. eight gears\n2. a rack");
        await using var app = new ChatApp().WithProvider("mock", upstream);
        app.UseKestrel();
        app.StartServer();
        var channel = await app.CreateChannelAsync();
        await using var shop = Shop.Open(app, channel, services => services.AddSingleton<IStartupFilter, TestPages>());
        var session = new string('s', 43);
        await app.AskAsync(channel, "Which bicycle is for <rain>?", session);

        var start = await TextBrowserFactAttribute.ShowAsync($"{shop.Address}/_chat/panel");
        Assert.Contains("Hello! What would you like to know?", start, StringComparison.Ordinal);
        AssertForm(start);
        var panel = await TextBrowserFactAttribute.ShowAsync($"{shop.Address}/_chat/panel", $"chat_session={session}");
        Assert.Contains("Read or print", panel, StringComparison.Ordinal);
        AssertForm(panel);
        foreach (var page in new[] { "log", "transcript" })
        {
            var talk = await TextBrowserFactAttribute.ShowAsync($"{shop.Address}/_chat/{page}", $"chat_session={session}");
            Assert.Contains("Which bicycle is for <rain>?", talk, StringComparison.Ordinal);
            Assert.Contains("The Harbour:", talk, StringComparison.Ordinal);
            Assert.Contains("1. eight gears", talk, StringComparison.Ordinal);
        }
    }

    private static void AssertForm(string page)
    {
        Assert.Contains("Your message", page, StringComparison.Ordinal);
        Assert.Matches(@"\[ {10,}\]", page);
        Assert.Contains("Send", page, StringComparison.Ordinal);
    }
}
