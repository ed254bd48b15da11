using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>Where a browser takes a partitioned cookie, a visitor who comes back finds the conversation; nothing else depends on it.</summary>
public sealed class EmbedCookieTests : EmbedTest
{
    private const string Secure = "https://localhost";

    [Fact]
    public async Task It_is_set_with_the_first_message_over_https_for_this_channel_and_this_website_alone()
    {
        var visitor = new EmbedVisitor(App, Shop.Id, Secure);
        var panel = await visitor.OpenAsync();
        Assert.False(panel.Response.Headers.Contains("Set-Cookie"));
        using var response = await PostAsync(visitor, panel, "one");
        Assert.Matches(
            $"^__Secure-chat=[A-Za-z0-9_-]+; max-age=86400; path=/embed/{Shop.Id}; secure; samesite=none; httponly; Partitioned$",
            Assert.Single(response.Headers.GetValues("Set-Cookie")));
    }

    [Fact]
    public async Task It_brings_a_visitor_back_within_24_hours_and_no_longer_and_to_no_other_channel()
    {
        var (visitor, cookie) = await TalkAsync();
        visitor.Headers["Cookie"] = cookie;
        await visitor.OpenAsync();
        Assert.Single((await visitor.LogAsync()).Document.QuerySelectorAll(".question"));

        var other = new EmbedVisitor(App, (await App.CreateChannelAsync(Settings())).Id, Secure);
        other.Headers["Cookie"] = cookie;
        Assert.Null((await other.OpenAsync()).Document.QuerySelector("iframe"));

        App.Time.Advance(TimeSpan.FromHours(24));
        Assert.Null((await visitor.OpenAsync()).Document.QuerySelector("iframe"));
    }

    [Fact]
    public async Task No_post_relies_on_it()
    {
        var (visitor, cookie) = await TalkAsync();
        var fresh = await new EmbedVisitor(App, Shop.Id, Secure).OpenAsync();
        visitor.Headers["Cookie"] = cookie;
        using var response = await PostAsync(visitor, fresh, "two");
        Assert.Equal(303, (int)response.StatusCode);
        await visitor.FollowAsync(response);
        Assert.Equal(2, Rows.Count(App, "threads"));
    }

    [Fact]
    public async Task A_new_conversation_takes_it_back()
    {
        var (visitor, cookie) = await TalkAsync();
        visitor.Headers["Cookie"] = cookie;
        using var response = await visitor.PostAsync(
            visitor.Panel.Document.QuerySelector("button[formaction*=new]")!.GetAttribute("formaction")!, EmbedVisitor.FieldsOf(visitor.Panel));
        Assert.Matches(
            $"^__Secure-chat=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/embed/{Shop.Id}; secure; samesite=none; httponly; Partitioned$",
            Assert.Single(response.Headers.GetValues("Set-Cookie")));
    }

    private static Task<HttpResponseMessage> PostAsync(EmbedVisitor visitor, VisitorPage panel, string text) =>
        visitor.PostAsync(EmbedVisitor.ActionOf(panel, "form.composer"), [.. EmbedVisitor.FieldsOf(panel), new("message", text)]);

    private async Task<(EmbedVisitor Visitor, string Cookie)> TalkAsync()
    {
        var visitor = new EmbedVisitor(App, Shop.Id, Secure);
        using var response = await PostAsync(visitor, await visitor.OpenAsync(), "one");
        await visitor.AskAsync("one", visitor.Panel);
        await visitor.LogAsync();
        return (visitor, Assert.Single(response.Headers.GetValues("Set-Cookie")).Split(';')[0]);
    }
}
