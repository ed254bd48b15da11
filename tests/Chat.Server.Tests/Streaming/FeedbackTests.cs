using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Streaming;

public sealed class FeedbackTests : AppTest
{
    [Fact]
    public async Task The_owner_sees_a_rating_and_its_comment_beside_the_charge_and_counts_in_the_figures()
    {
        var first = await AskAsync("a");
        var second = await AskAsync("b");
        await AskAsync("c");
        Assert.Equal(204, await RateAsync(first, """{"rating":1,"comment":"  Thanks! 😀 "}"""));
        Assert.Equal(204, await RateAsync(second, """{"rating":-1}"""));
        var charges = await ChargesAsync();
        Assert.Equal((1, "Thanks! 😀"), ((int)charges[first]["rating"]!, (string)charges[first]["comment"]!));
        Assert.Equal((-1, false), ((int)charges[second]["rating"]!, charges[second].ContainsKey("comment")));
        Assert.Single(charges.Values, charge => !charge.ContainsKey("rating"));
        foreach (var by in new[] { "day", "model" })
            Assert.Equal([(1L, 1L), (1L, 1L)], await CountsAsync(by));
    }

    [Fact]
    public async Task A_second_rating_takes_the_place_of_the_first()
    {
        var id = await AskAsync("a");
        await RateAsync(id, """{"rating":1,"comment":"good"}""");
        Assert.Equal(204, await RateAsync(id, """{"rating":-1}"""));
        var charge = (await ChargesAsync())[id];
        Assert.Equal((-1, false), ((int)charge["rating"]!, charge.ContainsKey("comment")));
        Assert.Equal((0, 1), (await CountsAsync("day"))[0]);
    }

    [Fact]
    public async Task A_rating_outlives_the_session_and_its_words_go_when_the_visitor_has_it_forgotten()
    {
        var forgotten = await AskAsync("a");
        var expired = await AskAsync("b");
        await RateAsync(forgotten, """{"rating":1,"comment":"my name is Ada"}""");
        await RateAsync(expired, """{"rating":1,"comment":"fine"}""");
        await App.GetAsync(Channel, "/history?session_id=a", HttpMethod.Delete);
        App.Time.Advance(TimeSpan.FromHours(25));
        await Eventually.TrueAsync(() => Rows.Count(App, "turns") == 0);
        var charges = await ChargesAsync();
        Assert.Equal((1, false), ((int)charges[forgotten]["rating"]!, charges[forgotten].ContainsKey("comment")));
        Assert.Equal("fine", (string)charges[expired]["comment"]!);
        Assert.Equal(0, Rows.Count(App, "feedback WHERE comment LIKE '%Ada%'"));
    }

    [Theory]
    [InlineData("{}", "rating")]
    [InlineData("""{"rating":0}""", "rating")]
    [InlineData("""{"rating":2}""", "rating")]
    [InlineData("""{"rating":"1"}""", "rating")]
    [InlineData("""{"rating":1,"comment":"\u0000"}""", "comment")]
    public async Task Another_rating_than_1_and_minus_1_is_422(string body, string field)
    {
        using var response = await PostAsync(await AskAsync("a"), body);
        Assert.Equal(422, (int)response.StatusCode);
        Assert.True((await response.JsonAsync())["details"]!.AsObject().ContainsKey(field));
        Assert.Equal(0, Rows.Count(App, "feedback"));
    }

    [Theory]
    [InlineData(1_000, 204)]
    [InlineData(1_001, 422)]
    public async Task A_comment_has_at_most_1_000_characters(int length, int status) =>
        Assert.Equal(status, await RateAsync(await AskAsync("a"), $$"""{"rating":1,"comment":"{{string.Concat(Enumerable.Repeat("😀", length))}}"}"""));

    [Fact]
    public async Task A_turn_without_a_reply_cannot_be_rated()
    {
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        Upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await release.Task;
            context.Response.StatusCode = 500;
        };
        await using var stream = await StreamReading.AskAsync(App, Channel, "hello");
        var id = (await stream.StartAsync()).ToString();
        await asked.Task;
        using (var early = await PostAsync(id, """{"rating":1}"""))
            Assert.Equal((409, TimeSpan.FromSeconds(1)), ((int)early.StatusCode, early.Headers.RetryAfter!.Delta));
        release.SetResult();
        Assert.Equal("error", (await stream.RestAsync())[^1].Name);
        Assert.Equal(422, await RateAsync(id, """{"rating":1}"""));
    }

    [Fact]
    public async Task Of_fifty_ratings_at_once_one_is_kept()
    {
        var id = await AskAsync("a");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RateAsync(id, $$"""{"rating":{{(i % 2 == 0 ? 1 : -1)}}}""")));
        Assert.All(answers, status => Assert.Equal(204, status));
        Assert.Equal(1, Rows.Count(App, "feedback"));
    }

    private async Task<string> AskAsync(string session) => (string)(await App.AskAsync(Channel, "hello", session))["message_id"]!;

    private async Task<int> RateAsync(string id, string body)
    {
        using var response = await PostAsync(id, body);
        return (int)response.StatusCode;
    }

    private Task<HttpResponseMessage> PostAsync(string id, string body) =>
        App.PostAsync(Channel.Key, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), $"/chat/{id}/feedback");

    private async Task<Dictionary<string, JsonObject>> ChargesAsync()
    {
        using var response = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Channel.Id}/ledger");
        return (await response.JsonAsync())["data"]!.AsArray().Select(line => line!.AsObject())
            .Where(line => (string)line["kind"]! == "charge").ToDictionary(line => (string)line["message_id"]!);
    }

    private async Task<IReadOnlyList<(long Up, long Down)>> CountsAsync(string by)
    {
        using var response = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Channel.Id}/usage?by={by}");
        var report = await response.JsonAsync();
        return [.. report["data"]!.AsArray().Append(report["total"]).Select(line => ((long)line!["thumbs_up"]!, (long)line["thumbs_down"]!))];
    }
}
