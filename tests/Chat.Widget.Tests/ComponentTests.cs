using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Chat.Client;
using Chat.Widget.Home;
using Chat.Widget.Launcher;
using Chat.Widget.Panel;
using Chat.Widget.Tests.Infrastructure;
using Chat.Widget.Texts;
using Chat.Widget.Transcript;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Widget.Tests;

/// <summary>Each component for itself, in every state of its parameters, as the product renders it; what pages make of them is told elsewhere.</summary>
public sealed class ComponentTests
{
    private static readonly DateTimeOffset Now = new(2026, 4, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly FormField[] Fields = [new("token", "\"<t>"), new("website", "") { IsTrap = true }];

    [Fact]
    public async Task The_composer_has_its_hidden_fields_and_one_that_only_programs_see()
    {
        var form = (await ComposerAsync(Visit())).QuerySelector("form")!;
        Assert.Equal(("post", "/_chat/send?c=1#q"), (form.GetAttribute("method"), form.GetAttribute("action")));
        Assert.Equal("\"<t>", form.QuerySelector("input[type=hidden][name=token]")!.GetAttribute("value"));
        var trap = form.QuerySelector("input[name=website]")!;
        Assert.Equal(("text", "-1", "off"), (trap.GetAttribute("type"), trap.GetAttribute("tabindex"), trap.GetAttribute("autocomplete")));
        Assert.Equal("true", trap.Closest("div")!.GetAttribute("aria-hidden"));
        Assert.Null(form.QuerySelector("#problem, [aria-invalid]"));
        Assert.Equal(("hint", WidgetTexts.English.Send), (form.QuerySelector("textarea")!.GetAttribute("aria-describedby"), form.QuerySelector(".send")!.TextContent.Trim()));
    }

    [Fact]
    public async Task A_refused_text_stands_in_the_composer_with_the_reason_the_wait_and_another_try()
    {
        var draft = new MessageDraft { Text = "Hello <there>\n", Code = ChatErrorCodes.RateLimitExceeded, FormKey = "k", TryAgainAt = Now + TimeSpan.FromSeconds(20) };
        var form = (await ComposerAsync(Visit() with { Draft = draft })).QuerySelector("form")!;
        Assert.Contains("Please try again in 20 seconds.", form.QuerySelector("#problem[role=alert]")!.TextContent, StringComparison.Ordinal);
        var text = form.QuerySelector("textarea")!;
        Assert.Equal(("true", "problem hint"), (text.GetAttribute("aria-invalid"), text.GetAttribute("aria-describedby")));
        Assert.Equal("Hello <there>\n", text.TextContent.TrimStart('\n'));
        Assert.Equal(WidgetTexts.English.Retry, form.QuerySelector(".send")!.TextContent.Trim());
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 4)]
    public async Task The_menu_has_what_there_is_to_do(bool hasBegun, int entries)
    {
        var visit = Visit() with { SessionId = hasBegun ? "s" : null };
        var menu = await RenderAsync<PanelMenu>(new() { [nameof(PanelMenu.Visit)] = visit });
        Assert.Equal(entries, menu.QuerySelectorAll("li").Length);
        Assert.Equal("Call <123>", menu.QuerySelector("li.contact span")!.TextContent);
        Assert.Equal(hasBegun ? ["/_chat/transcript?c=1", "/_chat/transcript.txt?c=1"] : [], menu.QuerySelectorAll("a").Select(link => link.GetAttribute("href")!));
        Assert.All(menu.QuerySelectorAll("button"), button => Assert.Equal(("f", "/_chat/new?c=1"), (button.GetAttribute("form"), button.GetAttribute("formaction"))));
    }

    [Fact]
    public async Task The_menu_links_the_privacy_statement_and_without_a_contact_has_no_line_for_it()
    {
        var visit = Visit();
        visit = visit with { Settings = visit.Settings with { Contact = null, PrivacyUrl = "https://shop.example/privacy" } };
        var menu = await RenderAsync<PanelMenu>(new() { [nameof(PanelMenu.Visit)] = visit });
        Assert.Equal("https://shop.example/privacy", Assert.Single(menu.QuerySelectorAll("li a")).GetAttribute("href"));
        Assert.Empty(menu.QuerySelectorAll(".contact"));
    }

    [Fact]
    public async Task An_answer_can_be_rated_once()
    {
        var asked = await RatingAsync(isRated: false);
        Assert.Equal((RateAnswer.UpField, RateAnswer.DownField), (asked.QuerySelectorAll("button")[0].GetAttribute("name"), asked.QuerySelectorAll("button")[1].GetAttribute("name")));
        Assert.All(asked.QuerySelectorAll("button"), button => Assert.Equal(("m-1", TranscriptShell.FormId), (button.GetAttribute("value"), button.GetAttribute("form"))));
        Assert.Equal([WidgetTexts.English.Helpful, WidgetTexts.English.NotHelpful], asked.QuerySelectorAll("button .vh").Select(name => name.TextContent));
        var rated = await RatingAsync(isRated: true);
        Assert.Empty(rated.QuerySelectorAll("button"));
        Assert.Equal(WidgetTexts.English.Thanks, rated.QuerySelector("[role=status]")!.TextContent);
    }

    [Fact]
    public async Task A_failure_offers_another_try_where_there_is_one_and_always_whom_to_reach()
    {
        var visit = Visit();
        var question = await RenderAsync<FailureNote>(FailureNote.Of(visit, new ChatApiException(ChatErrorCodes.AiServiceError, "no"), "m-1"));
        Assert.Equal(("/_chat/retry?c=1", "m-1"), (question.QuerySelector("button")!.GetAttribute("formaction"), question.QuerySelector("button")!.GetAttribute("value")));
        Assert.Empty(question.QuerySelectorAll("a"));
        var page = await RenderAsync<FailureNote>(FailureNote.Of(visit.Settings, "nobody_knows", TimeSpan.FromSeconds(90)));
        Assert.Equal("", page.QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains("try again in", page.QuerySelector("p")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody_knows", page.Body!.InnerHtml, StringComparison.Ordinal);
        Assert.All(new[] { question, page }, note => Assert.Equal("Call <123>", note.QuerySelector(".contact span")!.TextContent));
    }

    [Theory]
    [InlineData(WidgetPlacement.Inline, false, ".i > iframe", "/_chat/panel")]
    [InlineData(WidgetPlacement.Corner, false, "[popover] > iframe", "/_chat/panel#q")]
    [InlineData(WidgetPlacement.Corner, true, "details[open] iframe", "/_chat/panel")]
    public async Task The_launcher_stands_where_it_is_wanted_and_is_a_link_where_it_cannot(WidgetPlacement placement, bool isOpen, string frame, string address)
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
        var html = await HtmlAsync<LauncherMarkup>(new() { [nameof(LauncherMarkup.View)] = view });
        LauncherTests.AssertNoScript(html);
        var (markup, inside) = (new HtmlParser().ParseDocument(html), LauncherTests.Shadow(html));
        Assert.Equal((address, "\"Shop\"", "lazy"), (inside.QuerySelector(frame)!.GetAttribute("src"), inside.QuerySelector(frame)!.GetAttribute("title"), inside.QuerySelector(frame)!.GetAttribute("loading")));
        Assert.Equal(("rtl", "ar"), (inside.QuerySelector(".w")!.GetAttribute("dir"), inside.QuerySelector(".w")!.GetAttribute("lang")));
        Assert.Equal(("/_chat/panel", WidgetTexts.Arabic.Launcher), (markup.QuerySelector("chat-widget > a")!.GetAttribute("href"), markup.QuerySelector("chat-widget > a")!.TextContent));
    }

    private static Task<IHtmlDocument> ComposerAsync(WidgetVisit visit) => RenderAsync<Composer>(new()
    {
        [nameof(Composer.Visit)] = visit,
        [nameof(Composer.Fields)] = Fields,
        [nameof(Composer.Now)] = Now,
    });

    private static Task<IHtmlDocument> RatingAsync(bool isRated) => RenderAsync<RatingButtons>(RatingButtons.Of(Visit(), "m-1", isRated));

    private static async Task<IHtmlDocument> RenderAsync<TComponent>(Dictionary<string, object?> parameters)
        where TComponent : IComponent => new HtmlParser().ParseDocument(await HtmlAsync<TComponent>(parameters));

    private static async Task<string> HtmlAsync<TComponent>(Dictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        return await ComponentHtml.RenderAsync<TComponent>(services, parameters);
    }

    private static WidgetVisit Visit() => new()
    {
        Root = "/_chat",
        Query = "?c=1",
        Settings = WidgetSettings.Of(new ChatWidgetOptions { Contact = "Call <123>" }, PanelTicket.None, null, WidgetTexts.English),
        Backend = new ScriptedBackend(),
    };
}
