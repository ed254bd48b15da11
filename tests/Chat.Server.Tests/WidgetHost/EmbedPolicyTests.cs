using System.Text.Json.Nodes;
using Chat.Server.Channels;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.WidgetHost;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>Who may show a chat, and what its pages allow themselves.</summary>
public sealed class EmbedPolicyTests : EmbedTest
{
    private const string Begin = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; ";
    private const string End = "; sandbox allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads";

    [Fact]
    public async Task Every_page_has_exactly_its_policy_and_never_a_header_that_blocks_the_listed_sites()
    {
        await App.EditChannelAsync(Shop, new() { ["allowed_origins"] = new JsonArray(Site, "http://127.0.0.1:8000") });
        await Visitor.OpenAsync();
        await Visitor.AskAsync("one");
        var transcript = await Visitor.GetAsync(Visitor.Panel.Document.QuerySelector("a[target=_blank]")!.GetAttribute("href")!);
        foreach (var page in new[] { await new EmbedVisitor(App, Shop.Id).OpenAsync(), Visitor.Panel, await Visitor.LogAsync(), transcript, await Visitor.AskAsync("") })
        {
            Assert.Equal($"{Begin}frame-ancestors 'self' {Site} http://127.0.0.1:8000{End}", page.Policy);
            Assert.Equal("camera=(), geolocation=(), microphone=()", page.Header("Permissions-Policy"));
            Assert.Equal("no-referrer", page.Header("Referrer-Policy"));
            Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
            Assert.Equal("no-store, no-transform", page.Header("Cache-Control").Replace("no-transform, no-store", "no-store, no-transform", StringComparison.Ordinal));
            Assert.False(page.Response.Headers.Contains("X-Frame-Options"));
        }
    }

    [Fact]
    public async Task A_redirect_tells_its_address_to_nobody()
    {
        var panel = await Visitor.OpenAsync();
        using var response = await Visitor.PostAsync(EmbedVisitor.ActionOf(panel, "form.composer"), [.. EmbedVisitor.FieldsOf(panel), new("message", "one")]);
        Assert.Equal((303, "no-referrer"), ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("Referrer-Policy"))));
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Matches($"^/embed/{Shop.Id}/panel\\?s=[A-Za-z0-9_-]+#q$", response.Headers.Location!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/panel")]
    [InlineData("/log")]
    [InlineData("/transcript")]
    public async Task Without_an_allowed_origin_nobody_may_show_it_and_its_own_page_says_so(string page)
    {
        await App.EditChannelAsync(Shop, new() { ["allowed_origins"] = new JsonArray() });
        var denied = await Visitor.GetAsync(Visitor.Entry + page);

        Assert.Equal(403, denied.Status);
        Assert.Equal("default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; sandbox allow-forms allow-same-origin", denied.Policy);
        Assert.Contains("no website may show this chat yet", denied.Document.Body!.TextContent, StringComparison.Ordinal);
        Assert.Null(denied.Document.QuerySelector("form"));
        Assert.DoesNotContain("Bicycles", denied.Document.Body.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_allowed_origin_a_post_is_denied_too()
    {
        var panel = await Visitor.OpenAsync();
        await App.EditChannelAsync(Shop, new() { ["allowed_origins"] = new JsonArray() });
        Assert.Equal(403, (await Visitor.AskAsync("one", panel)).Status);
        Assert.Empty(Upstream.Requests);
    }

    [Fact]
    public async Task In_Development_a_channel_without_a_list_may_be_shown_by_pages_of_this_machine()
    {
        await using var app = new ChatApp { Environment = "Development" };
        var channel = await app.CreateChannelAsync(new() { ["model"] = "guide" });
        var panel = await new EmbedVisitor(app, channel.Id).OpenAsync();
        Assert.Equal(200, panel.Status);
        Assert.Equal($"{Begin}frame-ancestors 'self' http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*{End}", panel.Policy);

        await app.EditChannelAsync(channel, new() { ["allowed_origins"] = new JsonArray(Site) });
        Assert.Equal($"{Begin}frame-ancestors 'self' {Site}{End}", (await new EmbedVisitor(app, channel.Id).OpenAsync()).Policy);
    }

    [Theory]
    [InlineData("https://a.example;script-src *")]
    [InlineData("https://a.example *")]
    [InlineData("https://a.example,https://b.example")]
    [InlineData("https://a.example'none'")]
    [InlineData("*")]
    public void A_list_that_holds_more_than_origins_adds_nothing_to_the_policy(string origin)
    {
        Assert.Null(EmbedPolicy.AncestorsOf(ChannelWith(origin), isDevelopment: false));
        Assert.Null(EmbedPolicy.AncestorsOf(ChannelWith(origin), isDevelopment: true));
        Assert.Equal($"'self' {Site}", EmbedPolicy.AncestorsOf(ChannelWith(Site, origin), isDevelopment: false));
    }

    [Fact]
    public async Task Unknown_and_malformed_ids_are_alike_and_kind()
    {
        string[] ids = [Guid.Empty.ToString(), "01997c0e-1111-7000-8000-0000000000aa", "nonsense", Shop.Id.ToString("N"), $"{{{Shop.Id}}}", "%E2%80%AEgnp", "..%2f..", "a%0Ab", new string('a', 2_000), Shop.Key];
        var bodies = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            var page = await Visitor.GetAsync($"/embed/{id}");
            Assert.Equal((404, "The chat is not set up yet."), (page.Status, page.Document.QuerySelector("p")!.TextContent));
            bodies.Add($"{page.Policy} {page.Document.DocumentElement.OuterHtml}");
        }

        Assert.Contains("frame-ancestors *", Assert.Single(bodies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_channel_is_an_unknown_one_at_once()
    {
        await Visitor.OpenAsync();
        using var deleted = await App.AdminAsync(HttpMethod.Delete, $"/admin/v1/channels/{Shop.Id}");
        Assert.Equal(404, (await Visitor.OpenAsync()).Status);
    }

    [Fact]
    public async Task A_channel_that_is_switched_off_or_expired_says_so_with_whom_to_reach_and_in_the_visitors_language()
    {
        await App.EditChannelAsync(Shop, new() { ["expires_at"] = "2026-04-05T12:01:00Z" });
        await Visitor.OpenAsync();
        await Visitor.AskAsync("one");
        Assert.Equal(200, Visitor.Panel.Status);
        App.Time.Advance(TimeSpan.FromSeconds(30));

        var closed = await Visitor.OpenAsync();
        Assert.Equal(403, closed.Status);
        Assert.Equal($"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self' {Site}; sandbox allow-forms allow-same-origin", closed.Policy);
        Assert.Contains("The chat is closed at the moment.", closed.Document.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Call 123", closed.Document.Body.TextContent, StringComparison.Ordinal);

        await App.EditChannelAsync(Shop, new() { ["expires_at"] = null, ["active"] = false });
        Visitor.Headers["Accept-Language"] = "de-AT";
        Assert.Equal("de", (await Visitor.OpenAsync()).Document.DocumentElement.GetAttribute("lang"));
    }

    [Fact]
    public async Task A_channel_that_is_switched_off_while_somebody_writes_keeps_the_text_and_can_still_be_left()
    {
        await Visitor.OpenAsync();
        await Visitor.AskAsync("one");
        await Visitor.LogAsync();
        var panel = Visitor.Panel;
        await App.EditChannelAsync(Shop, new() { ["active"] = false });

        var refused = await Visitor.AskAsync("my long question", panel);
        Assert.Equal((403, "my long question"), (refused.Status, refused.Composer));
        Assert.Contains("closed at the moment", refused.Problem, StringComparison.Ordinal);
        Assert.Single(Upstream.Requests);

        await Visitor.PressAsync(panel, "button[formaction*=new]");
        Assert.Equal(0, Rows.Count(App, "turns WHERE message <> ''"));
    }

    private static Channel ChannelWith(params string[] origins) => new() { Settings = new ChannelSettings { AllowedOrigins = origins } };
}
