using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class ListChannelsTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly ChatApp _app = shared.App;

    [Fact]
    public async Task No_channels_are_an_empty_page()
    {
        await using var app = new ChatApp();

        var page = await PageAsync(app, "");

        Assert.Equal("""{"data":[],"pagination":{"total":0,"limit":50,"offset":0,"has_more":false}}""", page.ToJsonString());
    }

    [Fact]
    public async Task Pages_go_through_all_channels_once_in_the_order_of_their_making()
    {
        await using var app = new ChatApp();
        List<string> made = [];
        for (var number = 0; number < 5; number++)
            made.Add((await app.CreateChannelAsync(new JsonObject { ["name"] = $"Channel {9 - number}" })).Id.ToString());

        var first = await PageAsync(app, "?limit=2");
        var second = await PageAsync(app, "?limit=2&offset=2");
        var last = await PageAsync(app, "?limit=2&offset=4");

        Assert.Equal(made, Ids(first).Concat(Ids(second)).Concat(Ids(last)));
        Assert.Equal("""{"total":5,"limit":2,"offset":0,"has_more":true}""", first["pagination"]!.ToJsonString());
        Assert.Equal("""{"total":5,"limit":2,"offset":2,"has_more":true}""", second["pagination"]!.ToJsonString());
        Assert.Equal("""{"total":5,"limit":2,"offset":4,"has_more":false}""", last["pagination"]!.ToJsonString());
        Assert.Equal("""{"data":[],"pagination":{"total":5,"limit":200,"offset":2147483647,"has_more":false}}""", (await PageAsync(app, "?limit=200&offset=2147483647")).ToJsonString());
    }

    [Fact]
    public async Task A_page_shows_channels_as_reading_one_does_and_never_a_key()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(ChannelRules.EverySetting());

        var page = await PageAsync(app, "");

        Assert.True(JsonNode.DeepEquals(await app.ReadChannelAsync(channel), page["data"]![0]));
        Assert.DoesNotContain(channel.Key, page.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit=0", "limit", "Must be a whole number between 1 and 200.")]
    [InlineData("limit=201", "limit", "Must be a whole number between 1 and 200.")]
    [InlineData("limit=-1", "limit", "Must be a whole number between 1 and 200.")]
    [InlineData("limit=ten", "limit", "Must be a whole number between 1 and 200.")]
    [InlineData("limit=1.5", "limit", "Must be a whole number between 1 and 200.")]
    [InlineData("limit=99999999999", "limit", "Must be a whole number between 1 and 200.")]
    [InlineData("offset=-1", "offset", "Must be a whole number, 0 or more.")]
    [InlineData("offset=two", "offset", "Must be a whole number, 0 or more.")]
    [InlineData("offset=2147483648", "offset", "Must be a whole number, 0 or more.")]
    public async Task A_limit_or_offset_out_of_range_is_422(string query, string field, string message)
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels?{query}");

        var (name, messages) = Assert.Single(await Problem.FieldsAsync(response));
        Assert.Equal((field, message), (name, Assert.Single(messages)));
    }

    [Fact]
    public async Task Both_faults_of_a_query_are_told_together()
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, "/admin/v1/channels?limit=ten&offset=-1");

        Assert.Equal(["limit", "offset"], (await Problem.FieldsAsync(response)).Keys.Order());
    }

    private static IEnumerable<string> Ids(JsonObject page) => page["data"]!.AsArray().Select(channel => (string)channel!["id"]!);

    private static async Task<JsonObject> PageAsync(ChatApp app, string query)
    {
        using var response = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels{query}");
        Assert.Equal(200, (int)response.StatusCode);
        return await response.JsonAsync();
    }
}
