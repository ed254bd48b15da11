using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>The address that has the conversation: what it opens, for how long, and what it does not.</summary>
public sealed class EmbedTicketTests : EmbedTest
{
    private string LogAddress => Visitor.Panel.Document.QuerySelector("iframe")!.GetAttribute("src")!;

    [Fact]
    public async Task A_ticket_opens_its_own_channel_alone()
    {
        await AskAsync("secret words");
        var other = await App.CreateChannelAsync(Settings());
        var stolen = await Visitor.GetAsync(LogAddress.Replace(Shop.Id.ToString(), other.Id.ToString(), StringComparison.Ordinal));
        Assert.Equal(200, stolen.Status);
        Assert.Empty(stolen.Document.QuerySelectorAll(".question"));
        Assert.Single((await Visitor.GetAsync(LogAddress)).Document.QuerySelectorAll(".question"));
    }

    [Fact]
    public async Task A_ticket_with_any_letter_changed_opens_nothing()
    {
        await AskAsync("secret words");
        var address = LogAddress;
        var begin = address.IndexOf("s=", StringComparison.Ordinal) + 2;
        for (var at = begin; at < address.Length - 1; at += 5)
        {
            var changed = string.Concat(address[..at], address[at] == 'A' ? 'B' : 'A', address[(at + 1)..]);
            Assert.DoesNotContain("secret words", (await Visitor.GetAsync(changed)).Document.DocumentElement.OuterHtml, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_conversation_ends_with_the_service_s_and_the_page_begins_anew()
    {
        await AskAsync("one");
        var address = LogAddress.Replace("/log", "/panel", StringComparison.Ordinal);
        App.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.NotNull((await Visitor.GetAsync(address)).Document.QuerySelector("iframe"));
        App.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull((await Visitor.GetAsync(address)).Document.QuerySelector(".suggestions"));
    }

    [Theory]
    [InlineData("cross-site", "document", false)]
    [InlineData("same-site", "document", false)]
    [InlineData("same-origin", "document", true)]
    [InlineData("none", "document", true)]
    [InlineData("cross-site", "iframe", true)]
    public async Task A_link_on_another_site_brings_no_conversation_along(string site, string destination, bool isKept)
    {
        await AskAsync("one");
        var address = LogAddress.Replace("/log", "/panel", StringComparison.Ordinal);
        Visitor.Headers["Sec-Fetch-Site"] = site;
        Visitor.Headers["Sec-Fetch-Dest"] = destination;
        Assert.Equal(isKept, (await Visitor.GetAsync(address)).Document.QuerySelector("iframe") is not null);
    }

    [Fact]
    public async Task A_turn_of_another_visitor_cannot_be_rated_stopped_or_asked_again()
    {
        await AskAsync("one");
        var mine = (await Visitor.LogAsync()).Document.QuerySelector("button[name=up]")!.GetAttribute("value")!;
        var stranger = new EmbedVisitor(App, Shop.Id);
        await stranger.OpenAsync();
        await stranger.AskAsync("two");
        var log = await stranger.LogAsync();
        var rate = EmbedVisitor.ActionOf(log, "form");

        using var rated = await stranger.PostAsync(rate, [.. EmbedVisitor.FieldsOf(log), new("up", mine)]);
        using var again = await stranger.PostAsync(rate.Replace("/rate", "/retry", StringComparison.Ordinal), [.. EmbedVisitor.FieldsOf(log), new("id", mine)]);

        Assert.Equal(0, Rows.Count(App, "feedback"));
        Assert.Equal(2, Upstream.Requests.Count);
    }

    [Fact]
    public async Task Nothing_of_a_visitor_gets_into_the_log()
    {
        await AskAsync("secret words");
        var ticket = LogAddress[(LogAddress.IndexOf("s=", StringComparison.Ordinal) + 2)..];
        await Visitor.LogAsync();
        Assert.NotEmpty(App.Log.Lines);
        Assert.DoesNotContain(App.Log.Lines, line => line.Contains(ticket, StringComparison.Ordinal) || line.Contains("secret words", StringComparison.Ordinal));
    }

    private async Task AskAsync(string text)
    {
        await Visitor.OpenAsync();
        await Visitor.AskAsync(text);
        await Visitor.LogAsync();
    }
}
