using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>What makes a post genuine, and that no refusal loses what was written.</summary>
public sealed class EmbedFormTests : EmbedTest
{
    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("CfDJ8\u202e😀")]
    public async Task A_forged_token_sends_nothing_and_keeps_the_text(string token)
    {
        var answer = await Visitor.AskAsync("forged", await Visitor.OpenAsync(), ("token", token));
        Assert.Equal((400, "forged"), (answer.Status, answer.Composer));
        Assert.Empty(Upstream.Requests);
        Assert.Equal(0, Rows.Count(App, "threads"));
    }

    // No browser sends one, and what does loses only what it made up.
    [Theory]
    [InlineData("token")]
    [InlineData("key")]
    [InlineData("message")]
    public async Task A_form_with_a_NUL_is_no_form(string field)
    {
        var panel = await Visitor.OpenAsync();
        var answer = await Visitor.AskAsync(field == "message" ? "a\0b" : "x", panel, (field, "a\0b"));
        Assert.Equal(400, answer.Status);
        Assert.Empty(Upstream.Requests);
    }

    [Fact]
    public async Task A_token_with_any_letter_changed_is_forged()
    {
        var panel = await Visitor.OpenAsync();
        var token = EmbedVisitor.FieldsOf(panel).Single(field => field.Key == "token").Value;
        for (var at = 0; at < token.Length - 1; at += 7)
        {
            var changed = string.Concat(token[..at], token[at] == 'A' ? 'B' : 'A', token[(at + 1)..]);
            Assert.Equal(400, (await new EmbedVisitor(App, Shop.Id).AskAsync("x", panel, ("token", changed))).Status);
            App.Time.Advance(TimeSpan.FromSeconds(7));
        }

        Assert.Empty(Upstream.Requests);
    }

    [Fact]
    public async Task A_token_of_another_channel_or_another_conversation_is_none()
    {
        var other = new EmbedVisitor(App, (await App.CreateChannelAsync(Settings())).Id);
        await other.OpenAsync();
        await Visitor.OpenAsync();
        var foreign = EmbedVisitor.FieldsOf(other.Panel).Single(field => field.Key == "token").Value;
        Assert.Equal(400, (await Visitor.AskAsync("x", Visitor.Panel, ("token", foreign))).Status);

        var stranger = new EmbedVisitor(App, Shop.Id);
        await stranger.OpenAsync();
        await stranger.AskAsync("mine");
        await stranger.LogAsync();
        var token = EmbedVisitor.FieldsOf(stranger.Panel).Single(field => field.Key == "token").Value;
        var before = Upstream.Requests.Count;
        Assert.Equal(400, (await Visitor.AskAsync("x", Visitor.Panel, ("token", token))).Status);
        Assert.Equal(before, Upstream.Requests.Count);
        Assert.Equal(200, (await Visitor.AskAsync("x")).Status);
    }

    [Fact]
    public async Task An_expired_form_asks_to_send_again_and_then_takes_the_text()
    {
        await Visitor.OpenAsync();
        await Visitor.AskAsync("one");
        await Visitor.LogAsync();
        App.Time.Advance(TimeSpan.FromHours(2));

        var expired = await Visitor.AskAsync("after lunch");
        Assert.Equal((400, "after lunch"), (expired.Status, expired.Composer));
        Assert.Contains("open for a long time", expired.Problem, StringComparison.Ordinal);
        Assert.Single(Upstream.Requests);

        await Visitor.AskAsync("after lunch");
        Assert.Equal(2, (await Visitor.LogAsync()).Document.QuerySelectorAll(".question").Length);
    }

    [Fact]
    public async Task A_form_is_good_to_the_second_and_as_long_as_it_is_set()
    {
        await using var app = new ChatApp().WithProvider("mock", Upstream).With("Embed:FormLifetime", "00:05:00");
        var visitor = new EmbedVisitor(app, (await app.CreateChannelAsync(Settings())).Id);
        var panel = await visitor.OpenAsync();
        app.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(200, (await visitor.AskAsync("in time", panel)).Status);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(400, (await visitor.AskAsync("late", panel)).Status);
    }

    [Fact]
    public async Task A_form_of_one_instance_is_good_on_another()
    {
        var panel = await Visitor.OpenAsync();
        await using var second = new ChatApp(App.Folder).WithProvider("mock", Upstream);
        var moved = new EmbedVisitor(second, Shop.Id);
        Assert.Equal(200, (await moved.AskAsync("over there", panel)).Status);
        await moved.LogAsync();
        Assert.Single(Upstream.Requests);
    }

    [Fact]
    public async Task A_program_that_fills_every_field_is_not_told_and_not_answered()
    {
        var answer = await Visitor.AskAsync("buy now", await Visitor.OpenAsync(), ("website", "https://spam.example"));

        Assert.Equal((200, ""), (answer.Status, answer.Problem));
        Assert.Equal("buy now", answer.Composer);
        Assert.Empty(Upstream.Requests);
        Assert.Equal((0, 0m), (Rows.Count(App, "turns"), await ConsumedAsync()));
        var field = answer.Document.QuerySelector("input[name=website]")!;
        Assert.Equal(("-1", "off", "true"), (field.GetAttribute("tabindex"), field.GetAttribute("autocomplete"), field.Closest("div")!.GetAttribute("aria-hidden")));
    }

    [Theory]
    [InlineData("same-origin", "http://localhost", "iframe", true)]
    [InlineData("same-origin", null, "document", true)]
    [InlineData(null, null, null, true)]
    [InlineData(null, "http://localhost", null, true)]
    [InlineData(null, "https://evil.example", null, false)]
    [InlineData(null, "null", null, false)]
    [InlineData("cross-site", "https://evil.example", "iframe", false)]
    [InlineData("cross-site", "https://shop.example", "iframe", false)]
    [InlineData("same-site", "http://other.localhost", "iframe", false)]
    [InlineData("none", null, "document", false)]
    // A frame that the page around it has sandboxed without an origin; a whole window has no such excuse.
    [InlineData("cross-site", "null", "iframe", true)]
    [InlineData("cross-site", "null", "document", false)]
    [InlineData("cross-site", "null", null, false)]
    public async Task A_post_is_taken_from_our_own_pages_only(string? site, string? origin, string? destination, bool isTaken)
    {
        var panel = await Visitor.OpenAsync();
        foreach (var (name, value) in new[] { ("Sec-Fetch-Site", site), ("Origin", origin), ("Sec-Fetch-Dest", destination) })
        {
            if (value is not null)
                Visitor.Headers[name] = value;
        }

        using var response = await Visitor.PostAsync(EmbedVisitor.ActionOf(panel, "form.composer"), [.. EmbedVisitor.FieldsOf(panel), new("message", "x")]);
        Assert.Equal(isTaken ? 303 : 400, (int)response.StatusCode);
        Assert.Equal(isTaken ? 1 : 0, Rows.Count(App, "turns"));
    }

    [Fact]
    public async Task Only_the_transcript_of_a_frame_without_an_origin_goes_without_a_list()
    {
        await Visitor.OpenAsync();
        await Visitor.AskAsync("one");
        Visitor.Headers["Sec-Fetch-Site"] = "cross-site";
        Visitor.Headers["Sec-Fetch-Dest"] = "iframe";
        Assert.DoesNotContain("frame-ancestors", (await Visitor.LogAsync()).Policy, StringComparison.Ordinal);
        Assert.Contains($"frame-ancestors 'self' {Site};", (await Visitor.OpenAsync()).Policy, StringComparison.Ordinal);
        Assert.Contains($"frame-ancestors 'self' {Site};", (await Visitor.GetAsync($"{Visitor.Entry}/log")).Policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_long_is_refused_with_its_length_and_kept_to_the_letter()
    {
        var text = string.Concat(Enumerable.Repeat("😀\n", 1_170));
        var answer = await Visitor.AskAsync(text, await Visitor.OpenAsync());
        Assert.Equal((422, text), (answer.Status, answer.Composer));
        Assert.Contains("2,339 of 2,000 characters", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_megabytes_and_a_body_that_is_no_form_are_answered_with_the_panel()
    {
        await using var app = new ChatApp().WithProvider("mock", Upstream);
        app.UseKestrel();
        app.StartServer();
        var visitor = new EmbedVisitor(app, (await app.CreateChannelAsync(Settings())).Id);
        var panel = await visitor.OpenAsync();

        Assert.Equal(400, (await visitor.AskAsync(new string('x', 8 << 20), panel)).Status);
        using var json = await visitor.SendAsync(new(HttpMethod.Post, EmbedVisitor.ActionOf(panel, "form.composer")) { Content = new StringContent("{}", null, "application/json") });
        Assert.Equal(400, (int)json.StatusCode);
        Assert.Empty(Upstream.Requests);
        Assert.Equal(200, (await visitor.AskAsync("small", panel)).Status);
    }
}
