using AngleSharp.Html.Dom;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>The whole conversation without a cookie, from the panel's address alone.</summary>
public sealed class EmbedConversationTests : EmbedTest
{
    [Fact]
    public async Task The_panel_shows_what_the_owner_has_set_begins_nothing_and_names_no_key()
    {
        var panel = await Visitor.OpenAsync();

        Assert.Equal(200, panel.Status);
        Assert.Equal("Bicycles", panel.Document.QuerySelector("h1")!.TextContent);
        Assert.Contains("Hello, cyclist!", panel.Document.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal(["When are you open?", "<b>"], panel.Document.QuerySelectorAll(".suggestions button").Select(button => button.TextContent));
        Assert.Null(panel.Document.QuerySelector("iframe, script, [style]"));
        Assert.DoesNotContain("chat_", panel.Document.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.Equal(0, Rows.Count(App, "threads"));
    }

    [Fact]
    public async Task A_visitor_asks_reads_asks_on_with_memory_rates_reads_the_transcript_and_starts_over_without_any_cookie()
    {
        await Visitor.OpenAsync();
        var asked = await Visitor.AskAsync("How much is a bell?");
        Assert.Equal(200, asked.Status);
        var log = await Visitor.LogAsync();
        Assert.Equal("How much is a bell?", log.Document.QuerySelector(".question .said")!.TextContent);
        Assert.Contains("You said: How much is a bell?", log.Document.QuerySelector(".answer")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull(log.Document.QuerySelector(".eos"));

        await Visitor.AskAsync("And two?");
        var second = await Visitor.LogAsync();
        Assert.Equal(2, second.Document.QuerySelectorAll(".question").Length);
        Assert.Equal(["How much is a bell?", "You said: How much is a bell?", "And two?"], Upstream.LastRequest.Messages.Where(message => message.Role != "system").Select(message => message.Content));

        var rated = await Visitor.PressAsync(second, "button[name=up]");
        Assert.NotNull(rated.Document.QuerySelector("p.rate"));
        Assert.Equal(1, Rows.Count(App, "feedback WHERE rating = 1"));

        var transcript = await Visitor.GetAsync(Visitor.Panel.Document.QuerySelector("a[target=_blank]")!.GetAttribute("href")!);
        Assert.Equal(4, transcript.Document.QuerySelectorAll("article").Length);
        var file = await Visitor.GetAsync(Visitor.Panel.Document.QuerySelector("a[download]")!.GetAttribute("href")!);
        Assert.Equal("attachment", file.Response.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Contains("You said: And two?", file.Document.Body!.TextContent, StringComparison.Ordinal);

        var begun = await Visitor.PressAsync(Visitor.Panel, "button[formaction*=new]");
        Assert.NotNull(begun.Document.QuerySelector(".suggestions"));
        Assert.Equal(0, Rows.Count(App, "turns WHERE message <> ''"));
        foreach (var page in new[] { asked, log, second, rated, transcript, file, begun })
            Assert.False(page.Response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_suggested_question_is_asked_as_it_stands()
    {
        await Visitor.OpenAsync();
        var asked = await Visitor.PressAsync(Visitor.Panel, ".suggestions li:last-child button");
        var log = await Visitor.GetAsync(asked.Document.QuerySelector("iframe")!.GetAttribute("src")!);
        Assert.Contains("You said: <b>", log.Document.QuerySelector(".answer")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("<b>", Upstream.LastRequest.Question);
    }

    [Fact]
    public async Task The_same_form_sent_twice_or_at_once_is_asked_once_and_charged_once()
    {
        var panel = await Visitor.OpenAsync();

        var pages = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new EmbedVisitor(App, Shop.Id).AskAsync("one", panel)));
        await Visitor.AskAsync("one", panel);
        await Visitor.LogAsync();

        Assert.All(pages, page => Assert.Equal(200, page.Status));
        Assert.Single(Upstream.Requests);
        Assert.Equal(1, Rows.Count(App, "usage"));
        Assert.Equal(0.05m, await ConsumedAsync());
        Assert.Equal(1, Rows.Count(App, "threads WHERE session_hash IS NOT NULL"));
    }

    // Control of the one above: what makes it one message is the form, not the text.
    [Fact]
    public async Task Two_forms_with_the_same_text_are_two_messages_of_two_visitors()
    {
        await Visitor.AskAsync("one", await Visitor.OpenAsync());
        await Visitor.LogAsync();
        await Visitor.AskAsync("one", await Visitor.OpenAsync());
        await Visitor.LogAsync();

        Assert.Equal(2, Rows.Count(App, "threads"));
        Assert.Equal(0.10m, await ConsumedAsync());
    }

    [Fact]
    public async Task A_turn_has_the_page_that_the_browser_tells_of()
    {
        Visitor.Headers["Referer"] = $"{Site}/";
        await Visitor.OpenAsync();
        Visitor.Headers.Clear();
        await Visitor.AskAsync("What is this?");
        await Visitor.LogAsync();
        Assert.Contains(Upstream.LastRequest.Messages, message => message.Content.Contains($"{Site}/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_audit_is_right_after_it_and_a_refusal_is_in_the_owners_report()
    {
        await App.EditChannelAsync(Shop, new() { ["requests_per_minute"] = 1 });
        await Visitor.OpenAsync();
        await Visitor.AskAsync("one");
        await Visitor.LogAsync();
        var refused = await Visitor.AskAsync("two");

        Assert.Equal((429, "two"), (refused.Status, refused.Composer));
        Assert.Equal("30", refused.Header("Retry-After"));
        Assert.Contains("Please try again in 30 seconds.", refused.Problem, StringComparison.Ordinal);
        Assert.Contains("Call 123", refused.Problem, StringComparison.Ordinal);
        using var audit = await App.AdminAsync(HttpMethod.Get, "/admin/v1/audit");
        Assert.Contains("\"violations\":[]", await audit.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        App.Time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(() => Rows.Count(App, "refusals") == 1);
        using var usage = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Shop.Id}/usage");
        Assert.Equal(1, (int)(await usage.JsonAsync())["total"]!["refused_by"]!["rate_limit_exceeded"]!);

        App.Time.Advance(TimeSpan.FromSeconds(20));
        await Visitor.AskAsync("two");
        Assert.Equal(2, (await Visitor.LogAsync()).Document.QuerySelectorAll(".question").Length);
    }

    [Fact]
    public async Task An_answer_that_failed_keeps_the_question_offers_another_try_and_costs_nothing()
    {
        Upstream.RepliesRaw(500, "application/json", "{}");
        await Visitor.OpenAsync();
        await Visitor.AskAsync("one");
        var failed = await Visitor.LogAsync();
        Assert.Contains("no answer could be made", failed.Problem, StringComparison.Ordinal);
        Assert.Equal(0m, await ConsumedAsync());

        Upstream.OnRequest = (request, context) => context.StreamAsync("Now: ", request.Question);
        var log = await Visitor.PressAsync(failed, ".problem button");

        Assert.Contains("Now: one", log.Document.QuerySelector(".answer")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(0.05m, await ConsumedAsync());
    }

    [Fact]
    public async Task A_new_key_and_a_change_of_the_channel_do_not_interrupt_the_conversation()
    {
        await Visitor.OpenAsync();
        await Visitor.AskAsync("one");
        await Visitor.LogAsync();
        using var rotated = await App.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{Shop.Id}/key/rotate");
        await Visitor.AskAsync("two");
        Assert.Equal(2, (await Visitor.LogAsync()).Document.QuerySelectorAll(".answer").Length);
    }

    [Fact]
    public async Task The_snippet_s_look_goes_along_with_the_conversation()
    {
        Visitor.Entry += "?lang=de&scheme=dark&accent=aa0000&inline&zone=Europe/Berlin";
        var panel = await Visitor.OpenAsync();
        Assert.Equal(("de", "dark card"), (panel.Document.DocumentElement.GetAttribute("lang"), panel.Document.DocumentElement.ClassName));
        Assert.Contains("panel.aa0000.", ((IHtmlLinkElement)panel.Document.QuerySelector("link")!).GetAttribute("href"), StringComparison.Ordinal);

        var asked = await Visitor.AskAsync("eins");
        Assert.Equal(("de", "dark card"), (asked.Document.DocumentElement.GetAttribute("lang"), asked.Document.DocumentElement.ClassName));
        Assert.Equal("14:00", (await Visitor.LogAsync()).Document.QuerySelector("time")!.TextContent);
    }

    [Theory]
    [InlineData("?lang=xx&scheme=blue&accent=zz&zone=../../etc/passwd")]
    [InlineData("?lang=%00&accent=%22%3E%3Cscript%3E&zone=Nowhere/Land")]
    [InlineData("?s=nonsense")]
    [InlineData("?s=")]
    public async Task What_is_no_such_value_is_as_if_it_were_not_there(string query)
    {
        Visitor.Entry += query;
        var panel = await Visitor.OpenAsync();
        Assert.Equal((200, "en", "auto"), (panel.Status, panel.Document.DocumentElement.GetAttribute("lang"), panel.Document.DocumentElement.ClassName));
        Assert.Contains("panel.2456c7.", panel.Document.QuerySelector("link")!.GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stylesheets_are_there_without_any_ticket_and_may_be_kept()
    {
        var panel = await Visitor.OpenAsync();
        var sheet = await Visitor.GetAsync(panel.Document.QuerySelector("link")!.GetAttribute("href")!);
        Assert.Equal("text/css", sheet.Response.Content.Headers.ContentType!.MediaType);
        Assert.True(sheet.Response.Headers.CacheControl!.Public);
        Assert.DoesNotContain('?', panel.Document.QuerySelector("link")!.GetAttribute("href")!);
    }
}
