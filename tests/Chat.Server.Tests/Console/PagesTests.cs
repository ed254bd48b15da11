using System.Text.Json.Nodes;
using AngleSharp.Html.Dom;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;
using Chat.Server.Tests.WidgetHost;

namespace Chat.Server.Tests.Console;

/// <summary>What the owner reads: the list, a channel, and what is said where there is neither.</summary>
public sealed class PagesTests : AppTest
{
    private const string Policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    private const string Hostile = "\"><script>alert(1)</script>\n</textarea></title>'&\u202e<img src=x onerror=alert(1)>";

    [Fact]
    public async Task Every_page_has_exactly_its_policy_no_script_and_only_genuine_forms()
    {
        var owner = await Owner.SignedInAsync(App);
        VisitorPage[] pages =
        [
            await new Owner(App).GetAsync("/admin"), await new Owner(App).SignInAsync("wrong"), await owner.GetAsync("/admin"),
            await owner.GetAsync($"/admin/channels/{Channel.Id}"), await owner.GetAsync("/admin/channels/nonsense"), await owner.PostAsync("/admin/sign-out", []),
        ];
        Assert.Equal([200, 403, 200, 200, 404, 400], pages.Select(page => page.Status));
        foreach (var page in pages)
        {
            Assert.Equal(Policy, page.Policy);
            Assert.Equal("no-referrer", page.Header("Referrer-Policy"));
            Assert.Equal("no-store", page.Header("Cache-Control"));
            Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
            Assert.Equal("camera=(), geolocation=(), microphone=()", page.Header("Permissions-Policy"));
            Assert.Equal("same-origin", page.Header("Cross-Origin-Opener-Policy"));
            Assert.Equal("text/html; charset=utf-8", page.Response.Content.Headers.ContentType!.ToString());
            Assert.Null(page.Document.QuerySelector("script, style, [style], iframe, img, base"));
            Assert.All(page.Document.Forms, form => Assert.NotNull(form.QuerySelector("input[name=__RequestVerificationToken]")));
            Assert.NotNull(page.Document.QuerySelector("header ~ main h1"));
            var sheet = await owner.GetAsync(page.Document.QuerySelector("link[rel=stylesheet]")!.GetAttribute("href")!);
            Assert.Equal((200, "text/css", "public, max-age=31536000, immutable"), (sheet.Status, sheet.Response.Content.Headers.ContentType!.MediaType, sheet.Header("Cache-Control")));
        }

        // A page of the release before asks for its own stylesheet: it gets this one, and must not keep it.
        Assert.Equal("no-cache", (await owner.GetAsync("/admin/css/console.00000000.css")).Header("Cache-Control"));
    }

    [Fact]
    public async Task The_list_says_of_each_channel_how_it_stands()
    {
        var asleep = await App.CreateChannelAsync(new() { ["name"] = "Asleep", ["active"] = false, ["credits"] = 12.5 });
        await App.CreateChannelAsync(new() { ["name"] = "Over", ["expires_at"] = "2026-04-05T12:00:30Z", ["website_url"] = "https://over.example/" });
        await App.EditChannelAsync(Channel, new() { ["name"] = "Bicycles", ["requests_per_day"] = 2_000 });
        await App.AskAsync(Channel, "one");
        await App.AskAsync(Channel, "two");
        Upstream.RepliesRaw(500, "text/plain", "no");
        using var failed = await App.SendAsync(Channel, "three");

        var owner = await Owner.SignedInAsync(App);
        var page = await owner.GetAsync("/admin");
        var left = 1_000 - (decimal)(await App.ReadChannelAsync(Channel))["credits_consumed"]!;
        Assert.Equal(
            [$"Bicycles | Active | {left:#,##0.###} | 2 of 2,000", "Asleep | Switched off | 12.5 | 0 of 1,000", "Over | Expired | https://over.example/ | 1,000 | 0 of 1,000"],
            page.Document.QuerySelectorAll(".channels > li").Select(card => string.Join(" | ", card.QuerySelectorAll("h2, .badge, p, dd").Select(part => part.TextContent.Trim()))));
        Assert.Equal($"/admin/channels/{asleep.Id}", page.Document.QuerySelectorAll("h2 a")[1].GetAttribute("href"));
        Assert.Null(page.Document.QuerySelector(".pager"));

        // Another day, and nothing admitted in it yet.
        App.Time.Advance(TimeSpan.FromHours(11.9));
        Assert.Equal("2 of 2,000", (await owner.GetAsync("/admin")).Document.QuerySelectorAll("dd")[1].TextContent);
        App.Time.Advance(TimeSpan.FromHours(0.1));
        owner = await Owner.SignedInAsync(App);
        Assert.Equal("0 of 2,000", (await owner.GetAsync("/admin")).Document.QuerySelectorAll("dd")[1].TextContent);
    }

    [Fact]
    public async Task A_long_list_comes_in_pages_and_each_channel_once()
    {
        for (var number = 1; number < 41; number++)
            await App.CreateChannelAsync(new() { ["name"] = $"Channel {number}" });
        var owner = await Owner.SignedInAsync(App);
        var names = new List<string>();
        string? next = "/admin";
        for (var number = 1; number <= 3; number++)
        {
            var page = await owner.GetAsync(next!);
            names.AddRange(page.Document.QuerySelectorAll("h2").Select(heading => heading.TextContent));
            Assert.Equal($"Page {number} of 3", page.Document.QuerySelector(".pager span")!.TextContent);
            Assert.Equal(number == 1 ? null : number == 2 ? "/admin" : "/admin?page=2", page.Document.QuerySelector("[rel=prev]")?.GetAttribute("href"));
            next = page.Document.QuerySelector("[rel=next]")?.GetAttribute("href");
        }

        Assert.Null(next);
        Assert.Equal(["Test channel", .. Enumerable.Range(1, 40).Select(number => $"Channel {number}")], names);
        foreach (var nonsense in new[] { "0", "-1", "x", "1e1", "99999999999", "2147483647", "%00" })
            Assert.Contains("Page 1 of 3", (await owner.GetAsync($"/admin?page={nonsense}")).Document.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("/admin?page=3", (await owner.GetAsync("/admin?page=4")).Response.Headers.Location!.ToString());
    }

    [Fact]
    public async Task Without_any_channel_the_list_says_how_to_make_one()
    {
        await using var app = new ChatApp();
        var page = await (await Owner.SignedInAsync(app)).GetAsync("/admin");
        Assert.Contains("channel create", page.Document.QuerySelector("pre")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_s_page_has_the_snippets_letter_for_letter_and_never_the_key()
    {
        await App.EditChannelAsync(Channel, new() { ["name"] = Hostile, ["allowed_origins"] = new JsonArray("https://shop.example", "http://127.0.0.1:8000") });
        using var response = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Channel.Id}/embed");
        var embed = await response.JsonAsync();
        var page = await (await Owner.SignedInAsync(App)).GetAsync($"/admin/channels/{Channel.Id}");
        foreach (var name in new[] { "corner", "inline" })
        {
            var text = (IHtmlTextAreaElement)page.Document.GetElementById(name)!;
            Assert.Equal((string?)embed[name], text.Value);
            Assert.True(text.IsReadOnly);
            Assert.NotNull(page.Document.QuerySelector($"label[for={name}]"));
        }

        Assert.Equal(["https://shop.example", "http://127.0.0.1:8000"], page.Document.QuerySelectorAll(".origin").Select(origin => origin.TextContent));
        Assert.Null(page.Document.QuerySelector(".note"));
        var html = await page.Response.Content.ReadAsStringAsync();
        Assert.DoesNotContain(Channel.Key[5..13], html, StringComparison.Ordinal);
        Assert.DoesNotContain(ChatApp.AdminToken, html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", false)]
    [InlineData("Development", true)]
    public async Task Without_an_allowed_origin_there_is_a_warning_and_the_command_that_helps(string environment, bool isShownLocally)
    {
        await using var app = new ChatApp { Environment = environment };
        var channel = await app.CreateChannelAsync();
        var note = (await (await Owner.SignedInAsync(app)).GetAsync($"/admin/channels/{channel.Id}")).Document.QuerySelector(".note")!;
        Assert.Contains("No website may show this chat yet", note.TextContent, StringComparison.Ordinal);
        Assert.Contains($"channel edit {channel.Id} --allowed-origin https://www.example.com", note.TextContent, StringComparison.Ordinal);
        Assert.Equal(isShownLocally, note.TextContent.Contains("In Development, pages of this machine may show it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_snippets_name_the_address_that_is_set()
    {
        await using var app = new ChatApp().With("Embed:PublicUrl", "https://chat.example.com");
        var channel = await app.CreateChannelAsync();
        var page = await (await Owner.SignedInAsync(app)).GetAsync($"/admin/channels/{channel.Id}");
        Assert.Contains($"src=\"https://chat.example.com/embed/{channel.Id}?inline\"", page.Document.GetElementById("inline")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_s_page_shows_settings_and_usage()
    {
        await App.EditChannelAsync(Channel, new()
        {
            ["system_prompt"] = "Be brief. 😀",
            ["knowledge"] = new string('k', 12_345),
            ["requests_per_minute"] = 30,
            ["requests_per_minute_per_session"] = 7,
            ["requests_per_day"] = 2,
            ["greeting"] = "Hello!",
            ["suggested_questions"] = new JsonArray("Open?", "Where?"),
            ["contact"] = "Call 123",
            ["expires_at"] = "2026-12-24T18:00:00+01:00",
            ["guide_fallback"] = true,
        });
        Assert.Contains("Nothing was asked in the last 30 days.", (await ChannelAsync()).Body!.TextContent, StringComparison.Ordinal);
        var answered = await App.AskAsync(Channel, "one");
        using var rated = await App.Client.SendAsync(Rating((string)answered["message_id"]!));
        App.Time.Advance(TimeSpan.FromDays(1));
        await App.AskAsync(Channel, "two");
        await App.AskAsync(Channel, "three");
        using var refused = await App.SendAsync(Channel, "four");
        App.Time.Advance(TimeSpan.FromSeconds(6));
        await Eventually.TrueAsync(() => Rows.Count(App, "refusals") > 0);

        var page = await ChannelAsync();
        var facts = page.QuerySelectorAll("dl div").ToDictionary(fact => fact.QuerySelector("dt")!.TextContent, fact => fact.QuerySelector("dd")!.TextContent.Trim(), StringComparer.Ordinal);
        Assert.Equal("30 messages a minute, 2 a day, 7 a minute of one visitor", facts["Limits"]);
        Assert.Equal(("11 characters", "12,345 characters"), (facts["System prompt"], facts["Knowledge"]));
        Assert.Equal(("Hello!", "Open?Where?", "Call 123"), (facts["Greeting"], facts["Suggested questions"], facts["Contact"]));
        Assert.Equal(("24 December 2026, 17:00 UTC", "5 April 2026, 12:00 UTC"), (facts["Expires"], facts["Created"]));
        Assert.Equal("the built-in guide answers from the knowledge", facts["Without a provider"]);
        Assert.Equal(("2 of 2", "3", "1", "0", "1 good, 0 bad"), (facts["Messages today"], facts["Answered in 30 days"], facts["Refused in 30 days"], facts["Failed in 30 days"], facts["Ratings"]));
        Assert.Equal(
            ["Mon 6 Apr 2026 | 2 | 0 | 1 | 100 | 0.1", "Sun 5 Apr 2026 | 1 | 0 | 0 | 50 | 0.05"],
            page.QuerySelectorAll("tbody tr").Select(row => string.Join(" | ", row.Children.Select(cell => cell.TextContent))));
    }

    [Fact]
    public async Task Whatever_an_owner_has_written_is_text_on_both_pages()
    {
        await App.EditChannelAsync(Channel, new()
        {
            ["name"] = Hostile,
            ["website_url"] = "https://x.example/\"><script>alert(1)</script>",
            ["greeting"] = Hostile,
            ["contact"] = Hostile,
            ["suggested_questions"] = new JsonArray(Hostile),
        });
        var owner = await Owner.SignedInAsync(App);
        foreach (var path in new[] { "/admin", $"/admin/channels/{Channel.Id}" })
        {
            var page = await owner.GetAsync(path);
            Assert.Null(page.Document.QuerySelector("script, img, [onerror]"));
            Assert.Equal(Hostile, page.Document.QuerySelector("bdi")!.TextContent);
            Assert.All(page.Document.Links, link => Assert.Matches("^(/admin|https?:)", link.GetAttribute("href")!));
        }

        var greeting = (await ChannelAsync()).QuerySelectorAll("dl div").Single(fact => fact.QuerySelector("dt")!.TextContent == "Greeting");
        Assert.Equal(Hostile, greeting.QuerySelector("dd")!.TextContent);
    }

    [Fact]
    public async Task A_channel_that_is_not_there_is_told_to_the_owner_only()
    {
        var owner = await Owner.SignedInAsync(App);
        foreach (var id in new[] { Guid.Empty.ToString(), "nonsense", Channel.Id.ToString("N"), "%E2%80%AE", new string('a', 2_000), Channel.Key })
        {
            var page = await owner.GetAsync($"/admin/channels/{id}");
            Assert.Equal((404, "There is no such channel"), (page.Status, page.Document.QuerySelector("h1")!.TextContent));
            Assert.Equal((403, "Sign in"), await HeadingAsync(new Owner(App), $"/admin/channels/{id}"));
        }

        Assert.Equal((403, "Sign in"), await HeadingAsync(new Owner(App), $"/admin/channels/{Channel.Id}"));
    }

    [Fact]
    public async Task A_store_out_of_reach_is_a_sentence()
    {
        var isOut = false;
        await using var app = new ChatApp
        {
            Decorate = database => new FaultyDatabase(
                database,
                moment =>
                {
                    if (isOut && moment.Step == Step.Open)
                        throw SqlFault.Of(4060);
                },
                TimeSpan.Zero),
        };
        var channel = await app.CreateChannelAsync();
        var owner = await Owner.SignedInAsync(app);
        isOut = true;
        foreach (var path in new[] { "/admin", $"/admin/channels/{channel.Id}" })
            Assert.Equal((503, "The database is out of reach"), await HeadingAsync(owner, path));
        isOut = false;
        Assert.Equal((200, "Channels 1"), await HeadingAsync(owner, "/admin"));
    }

    private static async Task<(int, string)> HeadingAsync(Owner owner, string path)
    {
        var page = await owner.GetAsync(path);
        return (page.Status, page.Document.QuerySelector("h1")!.TextContent);
    }

    private async Task<IHtmlDocument> ChannelAsync() => (await (await Owner.SignedInAsync(App)).GetAsync($"/admin/channels/{Channel.Id}")).Document;

    private HttpRequestMessage Rating(string messageId) => new(HttpMethod.Post, $"/chat/{messageId}/feedback")
    {
        Headers = { { "X-API-Key", Channel.Key } },
        Content = System.Net.Http.Json.JsonContent.Create(new { rating = 1 }),
    };
}
