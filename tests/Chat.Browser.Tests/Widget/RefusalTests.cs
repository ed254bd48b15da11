using System.Text.Json.Nodes;
using Chat.Browser.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>Everything that the service refuses, as a visitor reads it; the text that was written is never lost.</summary>
[Collection(ConversationCollection.Name)]
public sealed class RefusalTests(Chromium chromium, OpenShop shop)
{
    [BrowserFact]
    public async Task A_text_of_2001_characters_comes_back_with_its_length_and_every_letter()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await Expect(visitor.Panel.Locator("#hint")).ToContainTextAsync("Up to 2,000 characters.");
        // An emoji is one character to the service, and two units to a browser.
        var text = string.Concat(Enumerable.Repeat("😀", 1_000)) + new string('x', 1_001);
        await visitor.AskAsync(text);
        await Expect(visitor.Panel.Locator("#problem")).ToHaveTextAsync("That is a little too long: 2,001 of 2,000 characters. Your text is still here, please shorten it.");
        await Expect(visitor.Composer).ToHaveValueAsync(text);
        await Expect(visitor.Composer).ToHaveAttributeAsync("aria-invalid", "true");
        await visitor.AskAsync(text[..^1]);
        var turn = await shop.Model.NextAsync();
        Assert.EndsWith(text[..^1], turn.Request.Question, StringComparison.Ordinal);
        turn.SayAll("Long.");
        await visitor.OverAsync();
        await Expect(visitor.Composer).ToHaveValueAsync("");
    }

    [BrowserFact]
    public async Task Each_refusal_of_the_service_is_told_kindly_and_sending_again_works()
    {
        await using var own = await OpenShop.NewAsync();
        await using var visitor = await Visitor.ComeAsync(chromium, own);
        await visitor.OpenAsync();
        await visitor.AskAsync(own.Model, "First?", "First.");

        foreach (var (changes, sentence) in Refusals)
        {
            await own.App.EditChannelAsync(own.Channel, changes);
            await visitor.AskAsync("Hello <there>?");
            await Expect(visitor.Panel.Locator("#problem")).ToContainTextAsync(sentence);
            await Expect(visitor.Panel.Locator("#problem")).Not.ToContainTextAsync("_");
            await Expect(visitor.Composer).ToHaveValueAsync("Hello <there>?");
            await own.App.EditChannelAsync(own.Channel, new JsonObject { ["active"] = true, ["requests_per_minute"] = 1_000, ["requests_per_day"] = 1_000 });
        }

        await Expect(visitor.SendButton).ToHaveTextAsync("Try again");
        await visitor.SendButton.ClickAsync();
        (await own.Model.NextAsync()).SayAll("Here.");
        await visitor.OverAsync();
        await Expect(visitor.Questions).ToHaveTextAsync(["First?", "Hello <there>?"]);
        await Expect(visitor.Panel.Locator("#problem")).ToHaveCountAsync(0);
        Assert.False(own.Model.HasMore);
    }

    [BrowserFact]
    public async Task Without_credits_it_says_whom_to_reach()
    {
        await using var own = await OpenShop.NewAsync(credits: 0);
        await using var visitor = await Visitor.ComeAsync(chromium, own);
        await visitor.OpenAsync();
        await visitor.AskAsync("Anybody?");
        await Expect(visitor.Panel.Locator("#problem")).ToContainTextAsync("The chat cannot answer any more questions at the moment.");
        await Expect(visitor.Panel.Locator("#problem")).ToContainTextAsync("workshop@spoke.example");
        await Expect(visitor.Composer).ToHaveValueAsync("Anybody?");
    }

    [BrowserFact]
    public async Task With_the_service_gone_the_panel_is_there_the_text_is_kept_and_a_wrong_key_says_so()
    {
        await using var own = await OpenShop.NewAsync();
        await using var visitor = await Visitor.ComeAsync(chromium, own);
        await visitor.OpenAsync();
        await own.App.DisposeAsync();
        await visitor.AskAsync("Still there?");
        await Expect(visitor.Panel.Locator("#problem")).ToContainTextAsync("The chat cannot be reached at the moment. Your text is still here.");
        await Expect(visitor.Composer).ToHaveValueAsync("Still there?");

        await using var wrong = Shop.Open(shop.App, shop.Channel with { Key = "chat_" + new string('0', 43) });
        var page = await visitor.Context.NewPageAsync();
        await page.GotoAsync($"{wrong.Address}/_chat/panel");
        await page.Locator("textarea").FillAsync("Hello?");
        await page.Locator(".send").ClickAsync();
        await Expect(page.Locator("#problem")).ToContainTextAsync("The chat is not set up yet.");
        await Expect(page.Locator("textarea")).ToHaveValueAsync("Hello?");
    }

    private static IEnumerable<(JsonObject Changes, string Sentence)> Refusals =>
    [
        (new JsonObject { ["active"] = false }, "The chat is closed at the moment."),
        // The clock of the service stands at half past the minute.
        (new JsonObject { ["requests_per_minute"] = 1 }, "That was a lot of messages at once. Please try again in"),
        (new JsonObject { ["requests_per_day"] = 1 }, "The chat has had all the messages it can take today. Please try again in"),
    ];
}
