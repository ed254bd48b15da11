using Chat.Browser.Tests.Infrastructure;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Chat.Browser.Tests.Widget;

/// <summary>A whole conversation with scripting switched off: it never sends twice, never loses a text and never shows an answer twice.</summary>
[Collection(ConversationCollection.Name)]
public sealed class ConversationTests(Chromium chromium, OpenShop shop, ITestOutputHelper output)
{
    private Model Model => shop.Model;

    [BrowserTheory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task An_answer_appears_while_it_is_made_and_a_second_question_knows_the_first(int width, int height)
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop, options => options.ViewportSize = new() { Width = width, Height = height });
        await visitor.OpenAsync();
        await Expect(visitor.Panel.Locator(".greeting")).ToHaveTextAsync("Hello! Ask me about bicycles, repairs or your order.");
        await visitor.AskAsync("Do you sell *tandems*?");

        // At once: the question as it was written, the sign of typing, and an empty composer to go on in.
        await Expect(visitor.Questions).ToHaveTextAsync("Do you sell *tandems*?");
        await Expect(visitor.Log.Locator(".typing")).ToBeVisibleAsync();
        await Expect(visitor.Composer).ToHaveValueAsync("");
        await Expect(visitor.Composer).ToBeFocusedAsync();

        var turn = await Model.NextAsync();
        turn.Say("We do: the **Duo**, in two sizes.\n\nIt");
        await Expect(visitor.Log.Locator(".answer strong")).ToHaveTextAsync("Duo");
        await Expect(visitor.Log.Locator(".typing")).ToBeHiddenAsync();
        await Expect(visitor.Log.Locator(".draft:visible")).ToHaveTextAsync("It");
        turn.Say(" weighs 19 kg, and");
        await Expect(visitor.Log.Locator(".draft:visible")).ToHaveTextAsync("It weighs 19 kg, and");
        turn.Say(" is red.");
        turn.End();
        await visitor.OverAsync();
        Assert.Equal("Assistant We do: the Duo, in two sizes. It weighs 19 kg, and is red.", await Visitor.TextOf(visitor.Answers));

        await visitor.AskAsync("How much is it?");
        var next = await Model.NextAsync();
        Assert.Equal(["Do you sell *tandems*?", "We do: the **Duo**, in two sizes.\n\nIt weighs 19 kg, and is red."], Before(next));
        Assert.EndsWith("How much is it?", next.Request.Question, StringComparison.Ordinal);
        next.SayAll("2,900 euros.");
        await visitor.OverAsync();
        await Expect(visitor.Answers).ToHaveCountAsync(2);
        await Expect(visitor.Log.Locator(".answer").Last).ToContainTextAsync("2,900 euros.");
        Assert.Empty(visitor.Complaints);
        Assert.False(Model.HasMore);
    }

    [BrowserFact]
    public async Task First_words_are_seen_while_the_model_still_speaks()
    {
        const int Answers = 7;
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        var waits = new List<double>();
        for (var answer = 0; answer < Answers; answer++)
        {
            await visitor.AskAsync($"Question {answer}?");
            var turn = await Model.NextAsync();
            await Expect(visitor.Log.Locator(".typing")).ToBeVisibleAsync();
            var said = TimeProvider.System.GetTimestamp();
            turn.Say($"Word{answer} ");
            await visitor.Log.GetByText($"Word{answer}").WaitForAsync();
            waits.Add(TimeProvider.System.GetElapsedTime(said).TotalMilliseconds);
            turn.Say("and more.");
            turn.End();
            await visitor.OverAsync();
        }

        waits.Sort();
        output.WriteLine($"From the model's first token to the screen: {waits[Answers / 2]:0} ms at the median of {Answers}, {waits[^1]:0} ms at most, the looking included.");
        Assert.Equal(Answers, waits.Count);
    }

    [BrowserFact]
    public async Task In_the_page_it_is_the_same_conversation()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.GoAsync("/Help");
        await visitor.AskAsync(Model, "Where are you?", "In the **old harbour**.");
        Assert.Equal("Assistant In the old harbour.", await Visitor.TextOf(visitor.Answers));
        // Where it was used it is open on the next page too, and knows what was said.
        await visitor.GoAsync("/Workshop");
        await Expect(visitor.Page.Locator("chat-widget details[open] iframe")).ToBeVisibleAsync();
        await visitor.OverAsync();
        Assert.Equal("Assistant In the old harbour.", await Visitor.TextOf(visitor.Answers));
    }

    [BrowserFact]
    public async Task A_reload_in_mid_answer_shows_it_from_the_beginning_and_asks_nothing()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await visitor.AskAsync("Tell me a story");
        var turn = await Model.NextAsync();
        turn.Say("Once upon a time there was a wheel.\n\nIt");
        await Expect(visitor.Answers).ToContainTextAsync("Once upon a time");
        await visitor.Page.ReloadAsync(new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await Expect(visitor.Answers).ToContainTextAsync("Once upon a time");
        turn.Say(" turned.");
        turn.End();
        await visitor.OverAsync();
        Assert.Equal("Assistant Once upon a time there was a wheel. It turned.", await Visitor.TextOf(visitor.Answers));
        await Expect(visitor.Questions).ToHaveCountAsync(1);
        Assert.False(Model.HasMore);
    }

    [BrowserFact]
    public async Task Back_and_forward_show_what_there_is_and_ask_nothing()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await visitor.AskAsync(Model, "One?", "First.");
        await visitor.AskAsync(Model, "Two?", "Second.");
        await visitor.AnsweredAsync(2);
        await visitor.BackAsync();
        await visitor.OverAsync();
        await Expect(visitor.Questions).ToHaveTextAsync(["One?", "Two?"]);
        await visitor.GoAsync("/Workshop");
        await visitor.BackAsync();
        await visitor.OverAsync();
        await Expect(visitor.Questions).ToHaveTextAsync(["One?", "Two?"]);
        Assert.False(Model.HasMore);
    }

    [BrowserFact]
    public async Task A_double_click_sends_once()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await visitor.Composer.FillAsync("Once?");
        await visitor.SendButton.DblClickAsync();
        (await Model.NextAsync()).SayAll("Once.");
        await visitor.OverAsync();
        await Expect(visitor.Questions).ToHaveTextAsync(["Once?"]);
        await Expect(visitor.Answers).ToHaveCountAsync(1);
        Assert.False(Model.HasMore);
    }

    [BrowserFact]
    public async Task A_second_tab_shows_the_same_answer_being_made_and_a_lost_connection_loses_nothing()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await visitor.AskAsync("Both?");
        var turn = await Model.NextAsync();
        turn.Say("Left and right.\n\nAlso");
        await Expect(visitor.Answers).ToContainTextAsync("Left and right.");
        var first = await visitor.NewTabAsync();
        await visitor.GoAsync("/");
        await Expect(visitor.Answers).ToContainTextAsync("Left and right.");
        // The first tab loses its connection for good; the answer goes on.
        await first.CloseAsync();
        turn.Say(" above.");
        turn.End();
        await visitor.OverAsync();
        Assert.Equal("Assistant Left and right. Also above.", await Visitor.TextOf(visitor.Answers));
        Assert.False(Model.HasMore);
    }

    [BrowserFact]
    public async Task Stop_ends_the_answer_keeps_what_was_said_and_what_is_being_written()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await visitor.AskAsync("Count");
        var turn = await Model.NextAsync();
        turn.Say("One.\n\nTwo.\n\nThree");
        await Expect(visitor.Answers).ToContainTextAsync("Two.");
        await visitor.Composer.FillAsync("And then?");
        await visitor.Log.Locator(".bar button").ClickAsync();
        await turn.Cut;
        await visitor.OverAsync();
        Assert.Equal("Assistant One. Two. Three", await Visitor.TextOf(visitor.Answers));
        await Expect(visitor.Composer).ToHaveValueAsync("And then?");
        await visitor.SendButton.ClickAsync();
        var next = await Model.NextAsync();
        Assert.Equal(["Count", "One.\n\nTwo.\n\nThree"], Before(next));
        next.SayAll("Four.");
        await visitor.OverAsync();
    }

    [BrowserFact]
    public async Task A_failed_answer_keeps_the_question_and_retry_asks_it_once()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await visitor.AskAsync("Will it rain?");
        (await Model.NextAsync()).Refuse();
        var problem = visitor.Log.Locator(".problem");
        await Expect(problem).ToContainTextAsync("Sorry, no answer could be made this time. Your question is still here.");
        await Expect(problem).ToContainTextAsync("workshop@spoke.example");
        await Expect(visitor.Questions).ToHaveTextAsync(["Will it rain?"]);
        await problem.Locator("button").DblClickAsync();
        (await Model.NextAsync()).SayAll("It will.");
        await visitor.OverAsync();
        await Expect(visitor.Questions).ToHaveTextAsync(["Will it rain?"]);
        await Expect(problem).ToHaveCountAsync(0);
        Assert.Equal("Assistant It will.", await Visitor.TextOf(visitor.Answers));
        Assert.False(Model.HasMore);
    }

    [BrowserFact]
    public async Task New_forgets_and_suggested_questions_are_asked_by_a_click()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await visitor.Panel.Locator(".suggestions button").First.ClickAsync();
        (await Model.NextAsync()).SayAll("From ten to six.");
        await visitor.OverAsync();
        await Expect(visitor.Questions).ToHaveTextAsync(["When are you open?"]);
        await visitor.Panel.Locator(".menu summary").ClickAsync();
        await visitor.Panel.Locator(".menu button").ClickAsync();
        await Expect(visitor.Panel.Locator(".suggestions button")).ToHaveCountAsync(2);
        await visitor.AskAsync("Hello?");
        var next = await Model.NextAsync();
        Assert.DoesNotContain(next.Request.Messages, message => message.Content == "When are you open?");
        next.SayAll("Hello!");
        await visitor.OverAsync();
        await Expect(visitor.Questions).ToHaveTextAsync(["Hello?"]);
    }

    [BrowserFact]
    public async Task Thumbs_and_the_page_to_print_are_there()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync("/Workshop");
        await visitor.AskAsync(Model, "Is it good?", "Yes.");
        await visitor.Log.Locator(".rate button").First.ClickAsync();
        await Expect(visitor.Log.Locator(".rate[role=status]")).ToHaveTextAsync("Thank you for telling us.");
        await visitor.Panel.Locator(".menu summary").ClickAsync();
        var paper = await visitor.Context.RunAndWaitForPageAsync(() => visitor.Panel.Locator(".menu a").First.ClickAsync());
        await Expect(paper.Locator(".said")).ToHaveTextAsync("Is it good?");
        await Expect(paper.Locator(".answer")).ToHaveTextAsync("Yes.");
        var download = await paper.RunAndWaitForDownloadAsync(() => paper.Locator("a[download]").ClickAsync());
        Assert.Contains("Is it good?", await File.ReadAllTextAsync(await download.PathAsync()), StringComparison.Ordinal);
        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task The_view_follows_the_newest_text_and_stays_where_the_visitor_has_scrolled_to()
    {
        await using var visitor = await Visitor.ComeAsync(chromium, shop);
        await visitor.OpenAsync();
        await visitor.AskAsync("Go on");
        var turn = await Model.NextAsync();
        for (var line = 0; line < 40; line++)
            turn.Say($"Line {line} of many.\n\n");
        var last = visitor.Log.GetByText("Line 39 of many.");
        await Expect(last).ToBeInViewportAsync();
        await visitor.Log.GetByText("Line 3 of many.").ScrollIntoViewIfNeededAsync();
        await Expect(last).Not.ToBeInViewportAsync();
        turn.Say("Line 40 of many.\n\nLine 41");
        turn.End();
        await visitor.OverAsync();
        await Expect(visitor.Log.GetByText("Line 3 of many.")).ToBeInViewportAsync();
    }

    // The page's address stands before a question as data; what the model is told of the past are the words alone.
    private static IEnumerable<string> Before(ModelTurn turn) => turn.Request.Messages.TakeLast(3).SkipLast(1).Select(message => message.Content);
}
