using System.Globalization;
using AngleSharp.Html.Parser;
using Bunit;
using Chat.Client;
using Chat.Widget.Home;
using Chat.Widget.Launcher;
using Chat.Widget.Panel;
using Chat.Widget.Tests.Infrastructure;
using Chat.Widget.Texts;
using Chat.Widget.Transcript;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Tests;

/// <summary>Each component for itself, in every state of its parameters; what pages make of them is told elsewhere.</summary>
public sealed class ComponentTests : BunitContext
{
    private static readonly DateTimeOffset Now = new(2026, 4, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly FormField[] Fields = [new("token", "\"<t>"), new("website", "") { IsTrap = true }];

    [Fact]
    public void The_composer_has_its_hidden_fields_and_one_that_only_programs_see()
    {
        var form = Composer(Visit()).Find("form");
        Assert.Equal(("post", "/_chat/send?c=1#q"), (form.GetAttribute("method"), form.GetAttribute("action")));
        Assert.Equal("\"<t>", form.QuerySelector("input[type=hidden][name=token]")!.GetAttribute("value"));
        var trap = form.QuerySelector("input[name=website]")!;
        Assert.Equal(("text", "-1", "off"), (trap.GetAttribute("type"), trap.GetAttribute("tabindex"), trap.GetAttribute("autocomplete")));
        Assert.Equal("true", trap.Closest("div")!.GetAttribute("aria-hidden"));
        Assert.Null(form.QuerySelector("#problem, [aria-invalid]"));
        Assert.Equal(("hint", WidgetTexts.English.Send), (form.QuerySelector("textarea")!.GetAttribute("aria-describedby"), form.QuerySelector(".send")!.TextContent.Trim()));
    }

    [Fact]
    public void A_refused_text_stands_in_the_composer_with_the_reason_the_wait_and_another_try()
    {
        var draft = new MessageDraft { Text = "Hello <there>\n", Code = ChatErrorCodes.RateLimitExceeded, FormKey = "k", TryAgainAt = Now + TimeSpan.FromSeconds(20) };
        var form = Composer(Visit() with { Draft = draft }).Find("form");
        Assert.Contains("Please try again in 20 seconds.", form.QuerySelector("#problem[role=alert]")!.TextContent, StringComparison.Ordinal);
        var text = form.QuerySelector("textarea")!;
        Assert.Equal(("true", "problem hint"), (text.GetAttribute("aria-invalid"), text.GetAttribute("aria-describedby")));
        Assert.Equal("Hello <there>\n", text.TextContent.TrimStart('\n'));
        Assert.Equal(WidgetTexts.English.Retry, form.QuerySelector(".send")!.TextContent.Trim());
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 4)]
    public void The_menu_has_what_there_is_to_do(bool hasBegun, int entries)
    {
        var visit = Visit() with { SessionId = hasBegun ? "s" : null };
        var menu = Render<PanelMenu>(parameters => parameters.Add(menu => menu.Visit, visit));
        Assert.Equal(entries, menu.FindAll("li").Count);
        Assert.Equal("Call <123>", menu.Find("li.contact span").TextContent);
        Assert.Equal(hasBegun ? ["/_chat/transcript?c=1", "/_chat/transcript.txt?c=1"] : [], menu.FindAll("a").Select(link => link.GetAttribute("href")!));
        Assert.All(menu.FindAll("button"), button => Assert.Equal(("f", "/_chat/new?c=1"), (button.GetAttribute("form"), button.GetAttribute("formaction"))));
    }

    [Fact]
    public void The_menu_links_the_privacy_statement_and_without_a_contact_has_no_line_for_it()
    {
        var visit = Visit();
        visit = visit with { Settings = visit.Settings with { Contact = null, PrivacyUrl = "https://shop.example/privacy" } };
        var menu = Render<PanelMenu>(parameters => parameters.Add(menu => menu.Visit, visit));
        Assert.Equal("https://shop.example/privacy", Assert.Single(menu.FindAll("li a")).GetAttribute("href"));
        Assert.Empty(menu.FindAll(".contact"));
    }

    [Fact]
    public void An_answer_can_be_rated_once()
    {
        var asked = Rating(isRated: false);
        Assert.Equal((RateAnswer.UpField, RateAnswer.DownField), (asked.FindAll("button")[0].GetAttribute("name"), asked.FindAll("button")[1].GetAttribute("name")));
        Assert.All(asked.FindAll("button"), button => Assert.Equal(("m-1", TranscriptShell.FormId), (button.GetAttribute("value"), button.GetAttribute("form"))));
        Assert.Equal([WidgetTexts.English.Helpful, WidgetTexts.English.NotHelpful], asked.FindAll("button .vh").Select(name => name.TextContent));
        var rated = Rating(isRated: true);
        Assert.Empty(rated.FindAll("button"));
        Assert.Equal(WidgetTexts.English.Thanks, rated.Find("[role=status]").TextContent);
    }

    [Fact]
    public void A_failure_offers_another_try_where_there_is_one_and_always_whom_to_reach()
    {
        var visit = Visit();
        var question = Failure(FailureNote.Of(visit, new ChatApiException(ChatErrorCodes.AiServiceError, "no"), "m-1"));
        Assert.Equal(("/_chat/retry?c=1", "m-1"), (question.Find("button").GetAttribute("formaction"), question.Find("button").GetAttribute("value")));
        Assert.Empty(question.FindAll("a"));
        var page = Failure(FailureNote.Of(visit.Settings, "nobody_knows", TimeSpan.FromSeconds(90)));
        Assert.Equal("", page.Find("a").GetAttribute("href"));
        Assert.Contains("try again in", page.Find("p").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody_knows", page.Markup, StringComparison.Ordinal);
        Assert.All(new[] { question, page }, note => Assert.Equal("Call <123>", note.Find(".contact span").TextContent));
    }

    [Theory]
    [InlineData(WidgetPlacement.Inline, false, ".i > iframe", "/_chat/panel")]
    [InlineData(WidgetPlacement.Corner, false, "[popover] > iframe", "/_chat/panel#q")]
    [InlineData(WidgetPlacement.Corner, true, "details[open] iframe", "/_chat/panel")]
    public void The_launcher_stands_where_it_is_wanted_and_is_a_link_where_it_cannot(WidgetPlacement placement, bool isOpen, string frame, string address)
    {
        var view = new LauncherView
        {
            PanelUrl = "/_chat/panel",
            StylesheetUrl = "/_chat/css/launcher.css",
            Texts = WidgetTexts.Arabic,
            Title = "\"Shop\"",
            Placement = placement,
            Classes = "dark",
            IsOpen = isOpen,
        };
        var html = Render<LauncherMarkup>(parameters => parameters.Add(launcher => launcher.View, view)).Markup;
        LauncherTests.AssertNoScript(html);
        var (markup, inside) = (new HtmlParser().ParseDocument(html), LauncherTests.Shadow(html));
        Assert.Equal((address, "\"Shop\"", "lazy"), (inside.QuerySelector(frame)!.GetAttribute("src"), inside.QuerySelector(frame)!.GetAttribute("title"), inside.QuerySelector(frame)!.GetAttribute("loading")));
        Assert.Equal(("rtl", "ar"), (inside.QuerySelector(".w")!.GetAttribute("dir"), inside.QuerySelector(".w")!.GetAttribute("lang")));
        Assert.Equal(("/_chat/panel", WidgetTexts.Arabic.Launcher), (markup.QuerySelector("chat-widget > a")!.GetAttribute("href"), markup.QuerySelector("chat-widget > a")!.TextContent));
    }

    [Fact]
    public void A_contact_line_is_there_only_where_there_is_a_contact()
    {
        var settings = Visit().Settings;
        Contact(settings).MarkupMatches("""<p class="contact"><strong diff:ignore></strong> <span dir="auto">Call &lt;123&gt;</span></p>""");
        Contact(settings with { Contact = null }).MarkupMatches("");
    }

    [Fact]
    public void What_was_said_stands_in_order_with_what_became_of_each_question()
    {
        Exchange[] exchanges =
        [
            Said("m-1", "<b>?") with { AnswerHtml = "<p>Nine <em>to</em> five</p>" },
            Said("m-2", "Stopped?"),
            Said("m-3", "Failed before?") with { FailureCode = ChatErrorCodes.AiServiceError },
            Said("m-4", "Failed last?") with { FailureCode = ChatErrorCodes.AiServiceError },
            Said("m-5", "Asked now?") with { IsPending = true },
        ];
        var past = Past(exchanges[..4]);
        Assert.Equal(exchanges[..4].Select(exchange => exchange.Question), past.FindAll(".question .said").Select(said => said.TextContent));
        past.Find(".answer p").MarkupMatches("<p>Nine <em>to</em> five</p>");
        Assert.Equal(WidgetTexts.English.Stopped, Assert.Single(past.FindAll(".note")).TextContent);
        // Only the last can be asked again: after it, the others are another conversation.
        Assert.Equal(["m-4"], past.FindAll(".problem button").Select(retry => retry.GetAttribute("value")));
        Assert.Empty(Past([exchanges[4]]).FindAll(".note, .problem, .answer"));
    }

    [Fact]
    public void The_answer_that_was_just_rated_is_thanked_for_and_the_others_can_be()
    {
        var past = Render<PastExchanges>(parameters => parameters
            .Add(past => past.Settings, Visit().Settings)
            .Add(past => past.Visit, Visit())
            .Add(past => past.Exchanges, [Said("m-1", "a") with { AnswerHtml = "1" }, Said("m-2", "b") with { AnswerHtml = "2" }])
            .Add(past => past.RatedId, "m-1"));
        Assert.Single(past.FindAll(".rate[role=status]"));
        Assert.Equal(["m-2", "m-2"], past.FindAll(".rate button").Select(button => button.GetAttribute("value")));
    }

    [Fact]
    public void Before_the_first_question_the_panel_greets_and_suggests_and_then_it_frames_the_conversation()
    {
        var visit = Visit();
        visit = visit with { Settings = visit.Settings with { Greeting = "Hello <you>", SuggestedQuestions = ["<b>", "Open?"] } };
        var start = Panel(visit);
        Assert.Equal("Hello <you>", start.Find(".greeting").TextContent);
        Assert.Equal(["<b>", "Open?"], start.FindAll(".suggestions button").Select(question => question.GetAttribute("value")));
        Assert.All(start.FindAll(".suggestions button"), question => Assert.Equal("f", question.GetAttribute("form")));
        Assert.Empty(start.FindAll("iframe"));

        var begun = Panel(visit with { SessionId = "s" });
        Assert.Equal("/_chat/log?c=1", begun.Find("main iframe").GetAttribute("src"));
        Assert.Empty(begun.FindAll(".greeting, .suggestions"));
        Assert.All(new[] { start, begun }, panel => LauncherTests.AssertNoScript(panel.Markup));
    }

    [Fact]
    public void The_transcript_is_a_page_to_read_or_says_why_it_is_none()
    {
        var read = Transcript([Said("m-1", "<b>?") with { AnswerHtml = "<p>Yes</p>", AnsweredAt = Now + TimeSpan.FromMinutes(1) }], null);
        Assert.Equal(("<b>?", "Yes"), (read.Find(".said").TextContent, read.Find(".answer p").TextContent));
        Assert.Equal([Now, Now + TimeSpan.FromMinutes(1)], read.FindAll("time").Select(time => DateTimeOffset.Parse(time.GetAttribute("datetime")!, CultureInfo.InvariantCulture)));
        Assert.Empty(read.FindAll("form, button, iframe"));
        Assert.Contains(WidgetTexts.English.Empty, Transcript([], null).Find("main").TextContent, StringComparison.Ordinal);
        var failed = Transcript([], ScriptedBackend.Failure(ChatErrorCodes.AiServiceError));
        Assert.NotNull(failed.Find(".problem[role=alert]"));
        Assert.DoesNotContain(WidgetTexts.English.Empty, failed.Find("main").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tag_is_the_launcher_with_what_the_owner_wrote_into_it()
    {
        var request = new DefaultHttpContext();
        (request.Request.Scheme, request.Request.Host) = ("https", new HostString("shop.example"));
        LauncherTests.AddTo(Services, request, new ScriptedBackend());
        var tag = Render<ChatWidget>(parameters => parameters
            .Add(tag => tag.Title, "\"Shop\"")
            .Add(tag => tag.Placement, WidgetPlacement.Inline)
            .Add(tag => tag.Language, "de"));
        var view = tag.FindComponent<LauncherMarkup>().Instance.View;
        Assert.Equal(("\"Shop\"", WidgetPlacement.Inline, "de"), (view.Title, view.Placement, view.Texts.Language));
        Assert.Equal("\"Shop\"", LauncherTests.Shadow(tag.Markup).QuerySelector(".i > iframe")!.GetAttribute("title"));
        tag.Render(parameters => parameters.Add(tag => tag.Placement, WidgetPlacement.Corner));
        Assert.NotNull(LauncherTests.Shadow(tag.Markup).QuerySelector("[popover] > iframe"));
    }

    private IRenderedComponent<Composer> Composer(WidgetVisit visit) => Render<Composer>(parameters => parameters
        .Add(composer => composer.Visit, visit)
        .Add(composer => composer.Fields, Fields)
        .Add(composer => composer.Now, Now));

    private IRenderedComponent<PanelDocument> Panel(WidgetVisit visit) => Render<PanelDocument>(parameters => parameters
        .Add(panel => panel.Visit, visit)
        .Add(panel => panel.Fields, Fields)
        .Add(panel => panel.Now, Now));

    private IRenderedComponent<ContactLine> Contact(WidgetSettings settings) =>
        Render<ContactLine>(parameters => parameters.Add(line => line.Settings, settings));

    private IRenderedComponent<PastExchanges> Past(Exchange[] exchanges) => Render<PastExchanges>(parameters => parameters
        .Add(past => past.Settings, Visit().Settings)
        .Add(past => past.Visit, Visit())
        .Add(past => past.Exchanges, exchanges));

    private IRenderedComponent<TranscriptDocument> Transcript(Exchange[] exchanges, ChatApiException? failure) => Render<TranscriptDocument>(parameters => parameters
        .Add(transcript => transcript.Visit, Visit())
        .Add(transcript => transcript.Exchanges, exchanges)
        .Add(transcript => transcript.Failure, failure));

    // As the pages hand them over.
    private IRenderedComponent<RatingButtons> Rating(bool isRated) => Render<RatingButtons>(Each<RatingButtons>(RatingButtons.Of(Visit(), "m-1", isRated)));

    private IRenderedComponent<FailureNote> Failure(Dictionary<string, object?> parameters) => Render<FailureNote>(Each<FailureNote>(parameters));

    private static RenderFragment Each<TComponent>(Dictionary<string, object?> parameters)
        where TComponent : IComponent => builder =>
    {
        builder.OpenComponent<TComponent>(0);
        builder.AddMultipleAttributes(1, parameters!);
        builder.CloseComponent();
    };

    private static Exchange Said(string id, string question) => new() { MessageId = id, Question = question, AskedAt = Now };

    private static WidgetVisit Visit() => new()
    {
        Root = "/_chat",
        Query = "?c=1",
        Settings = WidgetSettings.Of(new ChatWidgetOptions { Contact = "Call <123>" }, PanelTicket.None, null, WidgetTexts.English),
        Backend = new ScriptedBackend(),
    };
}
