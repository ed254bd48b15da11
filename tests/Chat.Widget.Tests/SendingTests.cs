using System.Net;
using AngleSharp.Html.Dom;
using Chat.Client;
using Chat.Widget.Tests.Infrastructure;

namespace Chat.Widget.Tests;

public sealed class SendingTests : IAsyncLifetime
{
    private WidgetApp _app = null!;

    private ScriptedBackend Backend => _app.Backend;

    public async Task InitializeAsync() => _app = await WidgetApp.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Looking_at_the_panel_begins_no_session()
    {
        await _app.PageAsync();
        Assert.DoesNotContain("chat_session", _app.Cookies.Keys);
    }

    [Fact]
    public async Task A_message_is_taken_and_the_browser_goes_back_to_the_composer_without_waiting_for_the_reply()
    {
        using var response = await _app.AskAsync("  How much?  ");

        Assert.Equal((HttpStatusCode.SeeOther, "/_chat/panel#q"), (response.StatusCode, response.Headers.Location!.ToString()));
        var sent = Assert.Single(Backend.Sent);
        Assert.Equal(("How much?", _app.Cookies["chat_session"]), (sent.Message, sent.SessionId));
        var panel = await _app.PageAsync();
        Assert.NotNull(panel.QuerySelector("iframe[src='/_chat/log']"));
        Assert.Equal("", Composer(panel).Value);
    }

    [Fact]
    public async Task The_session_is_long_random_and_kept_from_scripts_and_other_sites()
    {
        using var response = await _app.AskAsync("Hello");
        var cookie = response.Headers.GetValues("Set-Cookie").Single(set => set.StartsWith("chat_session=", StringComparison.Ordinal));
        Assert.Matches("^chat_session=[A-Za-z0-9_-]{43}; max-age=86400; path=/_chat; samesite=lax; httponly$", cookie);
    }

    [Fact]
    public async Task Over_https_the_session_is_secure()
    {
        _app.Client.BaseAddress = new Uri("https://localhost");
        using var response = await _app.AskAsync("Hello");
        Assert.Contains("secure", response.Headers.GetValues("Set-Cookie").Single(set => set.StartsWith("chat_session=", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_form_sent_twice_is_one_message_and_with_another_text_it_is_another()
    {
        Backend.Answer.Writer.Complete();
        var panel = await _app.PageAsync();
        await _app.AskAsync("one", panel);
        await _app.AskAsync("one", panel);
        await _app.AskAsync("two", panel);
        await _app.AskAsync("one");

        var keys = Backend.Sent.Select(sent => sent.IdempotencyKey).ToList();
        Assert.Equal(keys[0], keys[1]);
        Assert.Equal(3, keys.Distinct().Count());
        Assert.Equal(3, Backend.History.Count);
    }

    [Fact]
    public async Task The_first_message_sent_twice_at_once_is_one_message_of_one_session()
    {
        var fields = WidgetApp.FieldsOf(await _app.PageAsync()).Append(new("message", "first")).ToList();
        var cookies = string.Join("; ", _app.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/_chat/send") { Content = new FormUrlEncodedContent(fields) };
            request.Headers.Add("Cookie", cookies);
            return _app.Client.SendAsync(request);
        }));
        Assert.Equal(4, Backend.Sent.Count);
        Assert.Single(Backend.Sent.Select(sent => (sent.SessionId, sent.IdempotencyKey)).Distinct());
    }

    [Fact]
    public async Task Sessions_of_two_visitors_have_nothing_in_common()
    {
        await _app.AskAsync("one");
        await using var other = await WidgetApp.StartAsync(backend: Backend);
        await other.AskAsync("one");
        Assert.Equal(2, Backend.Sent.Select(sent => sent.SessionId).Distinct().Count());
    }

    [Fact]
    public async Task A_message_that_is_being_answered_already_is_no_error()
    {
        Backend.SendFails = ScriptedBackend.Failure(ChatErrorCodes.RequestInProgress, TimeSpan.FromSeconds(1));
        await _app.AskAsync("one");
        Assert.Null((await _app.PageAsync()).QuerySelector(".problem"));
    }

    [Fact]
    public async Task A_form_without_its_token_sends_nothing_leaves_nothing_and_keeps_the_text()
    {
        using var response = await _app.PostAsync("/_chat/send", [new("message", "forged"), new("key", "k")]);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("forged", Composer(await WidgetApp.ParseAsync(response)).Value);
        Assert.Empty(Backend.Sent);
        Assert.DoesNotContain(_app.Cookies.Keys, name => name.StartsWith("chat_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("none")]
    public async Task A_post_from_elsewhere_is_refused_even_with_a_token(string site)
    {
        var fields = WidgetApp.FieldsOf(await _app.PageAsync());
        var request = new HttpRequestMessage(HttpMethod.Post, "/_chat/send") { Content = new FormUrlEncodedContent([.. fields, new("message", "x")]) };
        request.Headers.Add("Sec-Fetch-Site", site);
        using var response = await _app.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(Backend.Sent);
    }

    [Fact]
    public async Task A_text_of_2000_characters_is_sent_and_one_more_is_kept_and_counted()
    {
        await _app.AskAsync(string.Concat(Enumerable.Repeat("😀", 2_000)));
        Assert.Single(Backend.Sent);

        var text = new string('a', 2_340);
        await _app.AskAsync(text);
        var panel = await _app.PageAsync();

        Assert.Single(Backend.Sent);
        Assert.Contains("2,340 of 2,000 characters", panel.QuerySelector(".problem")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(text, Composer(panel).Value);
        Assert.Equal("true", Composer(panel).GetAttribute("aria-invalid"));
    }

    [Fact]
    public async Task A_line_break_counts_once_and_arrives_once()
    {
        await _app.AskAsync("one\r\ntwo");
        Assert.Equal("one\ntwo", Backend.Sent.Single().Message);
    }

    [Theory]
    [InlineData("   ")]
    [InlineData("")]
    public async Task Nothing_is_not_sent(string text)
    {
        await _app.AskAsync(text);
        Assert.Empty(Backend.Sent);
        Assert.Contains("write something", (await _app.PageAsync()).QuerySelector(".problem")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ChatErrorCodes.RateLimitExceeded, 20, "Please try again in 20 seconds.")]
    [InlineData(ChatErrorCodes.DailyLimitExceeded, 7_200, "Please try again in 2 hours.")]
    [InlineData(ChatErrorCodes.CreditsExhausted, null, "cannot answer any more questions")]
    [InlineData(ChatErrorCodes.SiteInactive, null, "closed at the moment")]
    [InlineData(ChatErrorCodes.AiServiceError, null, "no answer could be made")]
    [InlineData(ChatErrorCodes.ServiceUnavailable, null, "cannot be reached")]
    [InlineData(ChatErrorCodes.ConnectionFailed, null, "cannot be reached")]
    [InlineData(ChatErrorCodes.Timeout, null, "cannot be reached")]
    [InlineData(ChatErrorCodes.InvalidApiKey, null, "not set up yet")]
    [InlineData(ChatErrorCodes.InternalError, null, "Something went wrong")]
    [InlineData("a_code_of_tomorrow", null, "Something went wrong")]
    public async Task A_refusal_is_told_in_the_visitors_words_with_its_time_the_text_the_contact_and_a_retry(string code, int? seconds, string words)
    {
        Backend.SendFails = ScriptedBackend.Failure(code, seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);
        await _app.AskAsync("my long question");

        var panel = await _app.PageAsync();
        var problem = panel.QuerySelector(".problem")!;

        Assert.Contains(words, problem.TextContent, StringComparison.Ordinal);
        Assert.Contains("Call 123", problem.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(code, panel.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("my long question", Composer(panel).Value);
        Assert.Equal("Try again", panel.QuerySelector(".send")!.TextContent.Trim());
    }

    [Fact]
    public async Task The_time_to_wait_shrinks_as_it_passes()
    {
        Backend.SendFails = ScriptedBackend.Failure(ChatErrorCodes.RateLimitExceeded, TimeSpan.FromSeconds(20));
        await _app.AskAsync("x");
        _app.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Contains("in 5 seconds", (await _app.PageAsync()).QuerySelector(".problem")!.TextContent, StringComparison.Ordinal);
        _app.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("try again now", (await _app.PageAsync()).QuerySelector(".problem")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_whose_answer_was_lost_goes_out_again_under_its_key_and_once_taken_leaves_the_composer()
    {
        Backend.SendFails = ScriptedBackend.Failure(ChatErrorCodes.ConnectionFailed);
        await _app.AskAsync("x");
        Backend.SendFails = null;
        await _app.AskAsync("x");

        Assert.Single(Backend.Sent.Select(sent => (sent.IdempotencyKey, sent.SessionId)).Distinct());
        var panel = await _app.PageAsync();
        Assert.Null(panel.QuerySelector(".problem"));
        Assert.Equal("", Composer(panel).Value);
    }

    [Fact]
    public async Task A_text_too_long_for_a_cookie_stands_in_the_answer_itself()
    {
        Backend.SendFails = ScriptedBackend.Failure(ChatErrorCodes.DailyLimitExceeded, TimeSpan.FromHours(3));
        var random = new Random(7);
        var text = string.Concat(Enumerable.Range(0, 2_000).Select(_ => (char)random.Next(0x4e00, 0x9fa5)));

        using var response = await _app.AskAsync(text);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(text, Composer(await WidgetApp.ParseAsync(response)).Value);
        Assert.All(_app.Cookies, cookie => Assert.True(cookie.Value.Length < 4_000));
    }

    [Fact]
    public async Task A_new_question_ends_the_answer_that_is_being_made_and_the_same_question_does_not()
    {
        await _app.AskAsync("one");
        var panel = await _app.PageAsync();
        Backend.Answer.Writer.Complete();

        await _app.AskAsync("one", panel);
        Assert.DoesNotContain("stop turn-0", Backend.Calls);
        await _app.AskAsync("two", panel);
        Assert.Contains("stop turn-0", Backend.Calls);
    }

    [Fact]
    public async Task A_suggested_question_is_sent_as_it_stands()
    {
        var panel = await _app.PageAsync();
        var buttons = panel.QuerySelectorAll(".suggestions button").Cast<IHtmlButtonElement>().ToList();
        Assert.Equal(["When are you open?", "<b>"], buttons.Select(button => button.Value));
        await _app.PostAsync("/_chat/send", [.. WidgetApp.FieldsOf(panel), new("message", ""), new("message", "<b>")]);
        Assert.Equal("<b>", Backend.Sent.Single().Message);
    }

    [Fact]
    public async Task A_new_conversation_is_forgotten_by_the_service_before_the_browser_gives_it_up()
    {
        await _app.AskAsync("one");
        var session = _app.Cookies["chat_session"];
        Backend.ForgetFails = ScriptedBackend.Failure(ChatErrorCodes.ConnectionFailed);
        using var refused = await _app.PostAsync("/_chat/new", WidgetApp.FieldsOf(await _app.PageAsync()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(session, _app.Cookies["chat_session"]);

        Backend.ForgetFails = null;
        using var done = await _app.PostAsync("/_chat/new", WidgetApp.FieldsOf(await _app.PageAsync()));
        Assert.Contains($"forget {session}", Backend.Calls);
        Assert.DoesNotContain("chat_session", _app.Cookies.Keys);
        Assert.NotNull((await _app.PageAsync()).QuerySelector(".suggestions"));
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_answered_with_the_panel()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/_chat/send") { Content = new StringContent("{}", null, "application/json") };
        using var response = await _app.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotNull(Composer(await WidgetApp.ParseAsync(response)));
    }

    private static IHtmlTextAreaElement Composer(IHtmlDocument panel) => (IHtmlTextAreaElement)panel.QuerySelector("#q")!;
}
