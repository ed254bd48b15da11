using System.Globalization;
using System.Net;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Chat.Client;
using Chat.Server.Tests.Infrastructure;
using Chat.Widget.Tests.Infrastructure;

namespace Chat.Widget.Tests;

public sealed class TranscriptTests : IAsyncLifetime
{
    private WidgetApp _app = null!;

    private ScriptedBackend Backend => _app.Backend;

    public async Task InitializeAsync()
    {
        _app = await WidgetApp.StartAsync();
        await _app.AskAsync("How much?");
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task The_page_begins_before_the_service_has_said_anything_with_enough_to_be_painted()
    {
        var gate = new TaskCompletionSource();
        Backend.HistoryGate = gate.Task;

        using var reader = await LogReader.OpenAsync(_app);
        var begin = await reader.UntilAsync("<main");

        Assert.StartsWith("<!DOCTYPE html>", begin, StringComparison.Ordinal);
        Assert.True(begin.Count(letter => letter == '\u200b') >= 210);
        gate.SetResult();
    }

    [Fact]
    public async Task The_question_and_the_typing_sign_come_at_once_and_each_piece_as_it_is_made()
    {
        using var reader = await LogReader.OpenAsync(_app);
        var first = await reader.UntilAsync("class=\"typing\"");
        Assert.Contains("How much?", first, StringComparison.Ordinal);

        Backend.Says(new ChatHtmlDraft("<p>It co</p>", "block"));
        Assert.Contains("<p>It co</p></div><i class=\"ok\"></i>", await reader.UntilAsync("</i>", "It co"), StringComparison.Ordinal);
        Backend.Says(new ChatHtmlBlock("<p>It costs 5.</p>\n"));
        Assert.Contains("<i class=\"cut\"></i><p>It costs 5.</p>", await reader.UntilAsync("5.</p>"), StringComparison.Ordinal);
        Backend.Says(ScriptedBackend.Done("<p>It costs 5.</p>\n"));
        Assert.EndsWith("<i class=\"eos\"></i></main></body></html>", await reader.UntilAsync("</html>"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fence", "<pre><code>a\n|b &lt;c\n|</code></pre>\n|<p>end</p>\n")]
    [InlineData("table", "<table>\n<thead>\n<tr>\n<th>h</th>\n</tr>\n</thead>\n<tbody>\n|<tr>\n<td>1</td>\n</tr>\n|<tr>\n<td>2</td>\n</tr>\n|</tbody>\n</table>\n|<p>end</p>\n")]
    [InlineData("list", "<ul>\n|<li>\n<p>a</p>\n</li>\n|<li>\n<p>b</p>\n</li>\n|</ul>\n|<p>end</p>\n")]
    [InlineData("blocks", "<h2>t</h2>\n|<p>a<br>\nb</p>\n|<blockquote>\n<p>q</p>\n</blockquote>\n")]
    public async Task What_a_browser_shows_of_a_streamed_answer_is_what_the_whole_answer_is(string kind, string pieces)
    {
        var parts = pieces.Split('|');
        foreach (var part in parts)
        {
            Backend.Says(new ChatHtmlDraft(DraftFor(kind), "x"), new ChatHtmlDraft(DraftFor(kind), "x"), new ChatHtmlBlock(part));
        }

        Backend.Says(ScriptedBackend.Done(string.Concat(parts)));
        var page = await _app.PageAsync("/_chat/log");

        Assert.Equal(Shape(WidgetApp.Parse($"<article>{string.Concat(parts)}</article>").QuerySelector("article")!), Shape(Shown(page)));
    }

    [Fact]
    public async Task Of_many_drafts_the_rules_of_the_stylesheet_show_one_and_none_once_the_text_is_final()
    {
        Backend.Says(new ChatHtmlDraft("<p>one</p>", "block"), new ChatHtmlDraft("<p>two</p>", "block"));
        using var reader = await LogReader.OpenAsync(_app);
        var half = WidgetApp.Parse(await reader.UntilAsync("</i>", "two"));
        Assert.Equal("two", Assert.Single(half.QuerySelectorAll(".draft"), draft => !IsHidden(draft)).TextContent);
        Assert.NotNull(half.QuerySelector(".typing:has(~ .ok)"));

        Backend.Says(new ChatHtmlBlock("<p>two!</p>"), ScriptedBackend.Done("<p>two!</p>"));
        var whole = WidgetApp.Parse(await reader.UntilAsync("</html>"));
        Assert.All(whole.QuerySelectorAll(".draft"), draft => Assert.True(IsHidden(draft)));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_joined_again_and_no_text_comes_twice()
    {
        Backend.Says(new ChatHtmlBlock("<p>one</p>\n"));
        Backend.Breaks(ChatErrorCodes.ConnectionFailed);
        Backend.Says(new ChatHtmlBlock("<p>one</p>\n<p>tw"), new ChatHtmlBlock("o</p>\n"), ScriptedBackend.Done("<p>one</p>\n<p>two</p>\n"));

        using var reader = await LogReader.OpenAsync(_app);
        await reader.UntilAsync("one</p>");
        await AdvanceUntilAsync(() => Backend.Calls.Count(call => call == "join turn-0") == 2, TimeSpan.FromSeconds(1));
        var page = WidgetApp.Parse(await reader.UntilAsync("</html>"));

        Assert.Equal(["one", "two"], Shown(page).QuerySelectorAll("p").Select(paragraph => paragraph.TextContent));
    }

    [Fact]
    public async Task While_nothing_comes_a_sign_of_life_does_every_five_seconds_with_a_link_that_loads_again()
    {
        using var reader = await LogReader.OpenAsync(_app);
        await reader.UntilAsync("typing");
        for (var signs = 0; signs < 2; signs++)
        {
            // Each wait begins when the sign before it was written.
            await Eventually.TrueAsync(() => _app.Time.TimersDueIn(TimeSpan.FromSeconds(5)) == 1);
            Assert.Equal(signs, SignsIn(reader.Text));
            _app.Time.Advance(TimeSpan.FromSeconds(5));
            await Eventually.TrueAsync(() => SignsIn(reader.Text) > signs);
        }

        var page = WidgetApp.Parse(reader.Text);
        Assert.Equal("", page.QuerySelector(".hb a")!.GetAttribute("href"));
        Assert.Single(page.QuerySelectorAll(".hb").SkipLast(1), sign => sign.Matches(".hb:has(~ .hb + .on)"));
        Assert.Null(page.QuerySelector(".typing:has(~ .ok)"));
    }

    [Fact]
    public async Task A_failed_answer_keeps_the_question_and_offers_a_retry_that_asks_once_however_often_it_is_pressed()
    {
        Backend.History.Clear();
        var failed = Backend.AddFailed("Why?");
        var page = await _app.PageAsync("/_chat/log");
        Assert.Equal("Why?", page.QuerySelector(".question .said")!.TextContent);
        Assert.Contains("no answer could be made", page.QuerySelector(".problem")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(failed, page.QuerySelector(".problem button")!.GetAttribute("value"));

        await _app.PressAsync("retry", "id", failed);
        Assert.Single((await _app.PageAsync("/_chat/log")).QuerySelectorAll(".question"));
        await _app.PressAsync("retry", "id", failed);
        Assert.Single(Backend.Sent, sent => sent.Message == "Why?");

        // The second press of a double one comes before the first is in the history.
        Backend.History.RemoveAt(1);
        await _app.PressAsync("retry", "id", failed);
        var again = Backend.Sent.Where(sent => sent.Message == "Why?").ToList();
        Assert.Equal(2, again.Count);
        Assert.Single(again.Select(sent => sent.IdempotencyKey).Distinct());
    }

    [Fact]
    public async Task A_retry_that_is_refused_says_when_to_come_back()
    {
        Backend.History.Clear();
        var failed = Backend.AddFailed("Why?");
        Backend.SendFails = ScriptedBackend.Failure(ChatErrorCodes.RateLimitExceeded, TimeSpan.FromSeconds(12));
        using var response = await _app.PressAsync("retry", "id", failed);
        var problem = (await WidgetApp.ParseAsync(response)).QuerySelector(".problem")!;
        Assert.Contains("in 12 seconds", problem.TextContent, StringComparison.Ordinal);
        Assert.NotNull(problem.QuerySelector("button"));
    }

    [Fact]
    public async Task An_answer_that_fails_while_it_is_made_ends_with_the_reason_and_a_retry()
    {
        Backend.Says(new ChatHtmlDraft("<p>half</p>", "block"));
        Backend.Breaks(ChatErrorCodes.AiServiceError);
        var page = await _app.PageAsync("/_chat/log");
        Assert.All(page.QuerySelectorAll(".draft"), draft => Assert.True(IsHidden(draft)));
        Assert.Equal("turn-0", page.QuerySelector(".problem button")!.GetAttribute("value"));
        Assert.NotNull(page.QuerySelector(".eos"));
    }

    [Fact]
    public async Task Stop_and_ratings_reach_the_service_for_ones_own_turns_only()
    {
        Backend.AddDone("Q", "<p>A</p>");
        await _app.PressAsync("stop", "id", "turn-0");
        await _app.PressAsync("stop", "id", "turn-of-somebody-else");
        await _app.PressAsync("rate", "up", "turn-1");
        await _app.PressAsync("rate", "down", "turn-of-somebody-else");
        Assert.Equal(["stop turn-0", "rate turn-1 1"], Backend.Calls.Where(call => !call.StartsWith("join", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task After_a_rating_the_visitor_is_thanked()
    {
        Backend.History.Clear();
        Backend.AddDone("Q", "<p>A</p>");
        using var response = await _app.PressAsync("rate", "down", "turn-0");
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        var page = await _app.PageAsync(response.Headers.Location!.ToString());
        Assert.Contains("Thank you", page.QuerySelector(".rate")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("rate")]
    [InlineData("retry")]
    public async Task A_form_of_the_transcript_without_its_token_does_nothing(string action)
    {
        await _app.PostAsync($"/_chat/{action}", [new("id", "turn-0"), new("up", "turn-0")]);
        Assert.Empty(Backend.Calls);
        Assert.Single(Backend.Sent);
    }

    [Fact]
    public async Task What_the_visitor_wrote_is_text()
    {
        Backend.History.Clear();
        Backend.AddDone("<script>alert(1)</script> & \"x\"", "<p>A</p>");
        var page = await _app.PageAsync("/_chat/log");
        Assert.Equal("<script>alert(1)</script> & \"x\"", page.QuerySelector(".said")!.TextContent);
        Assert.Empty(page.QuerySelectorAll("script"));
    }

    [Fact]
    public async Task History_stands_outside_the_log_region_and_the_new_answer_inside()
    {
        Backend.History.Clear();
        Backend.AddDone("Q", "<p>old</p>");
        Backend.AddPending("Q2");
        Backend.Says(new ChatHtmlBlock("<p>new</p>"), ScriptedBackend.Done("<p>new</p>"));
        var page = await _app.PageAsync("/_chat/log");
        var log = Assert.Single(page.QuerySelectorAll("[role=log]"));
        Assert.Contains("new", log.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("old", log.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("[aria-busy]"));
    }

    [Fact]
    public async Task A_conversation_that_cannot_be_read_says_so_with_the_contact_and_a_way_back()
    {
        Backend.HistoryFails = ScriptedBackend.Failure(ChatErrorCodes.ConnectionFailed);
        var problem = (await _app.PageAsync("/_chat/log")).QuerySelector(".problem")!;
        Assert.Contains("cannot be reached", problem.TextContent, StringComparison.Ordinal);
        Assert.Contains("Call 123", problem.TextContent, StringComparison.Ordinal);
        Assert.Equal("", problem.QuerySelector("a")!.GetAttribute("href"));
    }

    [Theory]
    [InlineData("en-GB,en;q=0.9", "en-GB")]
    [InlineData("fr;q=0.5,en-AU,en;q=0.9", "en-AU")]
    [InlineData("de-AT", "de-AT")]
    [InlineData("en-QQ-made-up,en;q=0.5", "en")]
    [InlineData("sv-SE", "en")]
    public async Task A_day_is_written_as_the_visitors_own_country_writes_it(string accepted, string culture)
    {
        Backend.History.Clear();
        Backend.AddDone("How much?", "<p>5</p>");
        var page = await _app.PageAsync("/_chat/transcript", accepted);
        Assert.Contains(WidgetApp.Noon.ToString("f", CultureInfo.GetCultureInfo(culture)), page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_conversation_can_be_read_printed_and_saved()
    {
        Backend.History.Clear();
        Backend.AddDone("How\nmuch?", "<p>It costs <strong>5</strong>.</p>", "It costs **5**.");
        var page = await _app.PageAsync("/_chat/transcript");
        Assert.Contains("Sunday, April 5, 2026 12:00", page.Body!.TextContent.Replace('\u202f', ' '), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector(".answer strong"));

        using var file = await _app.GetAsync("/_chat/transcript.txt");
        Assert.Equal("attachment; filename=\"chat-2026-04-05.txt\"", file.Content.Headers.ContentDisposition!.ToString());
        Assert.Contains("How\r\nmuch?\r\n\r\nAssistant, ", Encoding.UTF8.GetString(await file.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
    }

    // With the mark that ends it.
    private static int SignsIn(string text) => text.Split("class=\"on\"></i>").Length - 1;

    // The clock is the test's. It moves once somebody waits on it.
    private async Task AdvanceUntilAsync(Func<bool> happened, TimeSpan step)
    {
        using var late = new CancellationTokenSource(Eventually.Patience);
        while (!happened())
        {
            late.Token.ThrowIfCancellationRequested();
            if (_app.Time.Timers(step) > 0)
                _app.Time.Advance(step);
            await Task.Yield();
        }
    }

    private static string DraftFor(string kind) => kind switch { "table" => "<tr><td>draft</td></tr>", "fence" => "draft", _ => "<p>draft</p>" };

    // As panel.css hides them.
    private static bool IsHidden(IElement draft) => draft.Matches(".draft:has(~ .draft + .ok),.draft:has(~ .cut),.draft:not(:has(+ .ok))");

    private static IElement Shown(IHtmlDocument page)
    {
        var answer = (IElement)page.QuerySelector("[role=log] .answer")!.Clone();
        foreach (var hidden in answer.QuerySelectorAll(".draft,.ok,.on,.cut,.hb,.typing,.vh").ToList())
            hidden.Remove();
        return answer;
    }

    // Elements and their text; of white space and of how many bodies a table has, a visitor sees nothing.
    private static string Shape(IElement element) => string.Concat(element.ChildNodes.Select(node => node switch
    {
        IElement { LocalName: "tbody" } body => Shape(body),
        IElement child => $"<{child.LocalName}>{Shape(child)}</>",
        IText text => element.LocalName is "code" ? text.Data : text.Data.Trim(),
        _ => "",
    }));
}
