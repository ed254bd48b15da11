using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class LedgerTests : IAsyncLifetime
{
    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;
    private TestChannel _channel = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _app = new ChatApp().WithProvider("mock", _upstream);
        _channel = await _app.CreateChannelAsync(new JsonObject { ["credits"] = 10 });
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Grants_and_charges_stand_newest_first_and_add_up_to_the_balance()
    {
        await LaterAsync(() => _app.AskAsync(_channel, "A secret question", "session-1"));
        await LaterAsync(() => _app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{_channel.Id}/credits", new JsonObject { ["credits"] = 5, ["note"] = "More" }));
        var reply = await LaterAsync(() => _app.AskAsync(_channel, "Another", "session-2"));

        var ledger = await ReadAsync();
        var entries = ledger["data"]!.AsArray();
        Assert.Equal(["charge", "grant", "charge", "grant"], entries.Select(entry => (string)entry!["kind"]!));
        Assert.Equal([-0.05m, 5m, -0.05m, 10m], entries.Select(entry => (decimal)entry!["credits"]!));
        Assert.Equal(entries.Select(entry => (string)entry!["at"]!).OrderDescending(StringComparer.Ordinal), entries.Select(entry => (string)entry!["at"]!));
        Assert.Equal((string)reply["message_id"]!, (string)entries[0]!["message_id"]!);
        Assert.Equal(("llama-3.3-70b-versatile", 41, 9), ((string)entries[0]!["model"]!, (int)entries[0]!["prompt_tokens"]!, (int)entries[0]!["completion_tokens"]!));
        Assert.Equal("More", (string)entries[1]!["note"]!);
        Assert.False(entries[1]!.AsObject().ContainsKey("message_id"));
        Assert.DoesNotContain("secret", ledger.ToJsonString(), StringComparison.Ordinal);

        var channel = await _app.ReadChannelAsync(_channel);
        Assert.Equal((decimal)channel["credits_allocated"]! - (decimal)channel["credits_consumed"]!, entries.Sum(entry => (decimal)entry!["credits"]!));
    }

    [Fact]
    public async Task Pages_join_without_a_gap_or_a_repetition_even_where_every_line_has_the_same_time()
    {
        for (var grant = 1; grant <= 4; grant++)
        {
            await _app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{_channel.Id}/credits", new JsonObject { ["credits"] = grant });
            await _app.AskAsync(_channel, "hi", $"session-{grant}");
        }

        var whole = (await ReadAsync())["data"]!.AsArray().Select(entry => entry!.ToJsonString()).ToList();
        Assert.Equal(9, whole.Distinct(StringComparer.Ordinal).Count());
        List<string> joined = [];
        for (var offset = 0; offset < 9; offset += 2)
        {
            var page = await ReadAsync($"?limit=2&offset={offset}");
            Assert.Equal((9, offset < 8), ((int)page["pagination"]!["total"]!, (bool)page["pagination"]!["has_more"]!));
            joined.AddRange(page["data"]!.AsArray().Select(entry => entry!.ToJsonString()));
        }

        Assert.Equal(whole, joined);
        Assert.Empty((await ReadAsync("?offset=2147483647"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Another_channel_s_lines_are_not_in_it()
    {
        var other = await _app.CreateChannelAsync();
        await _app.AskAsync(other, "hi");
        Assert.Single((await ReadAsync())["data"]!.AsArray());
    }

    [Theory]
    [InlineData("?limit=0", 422)]
    [InlineData("?limit=201", 422)]
    [InlineData("?offset=-1", 422)]
    [InlineData("?limit=200&offset=0", 200)]
    public async Task A_page_has_its_limits(string query, int status)
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{_channel.Id}/ledger{query}");
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_channel_that_does_not_exist_is_not_found()
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Guid.CreateVersion7(ChatApp.Noon)}/ledger");
        Assert.Equal(404, (int)response.StatusCode);
    }

    private async Task<T> LaterAsync<T>(Func<Task<T>> action)
    {
        _app.Time.Advance(TimeSpan.FromSeconds(1));
        return await action();
    }

    private async Task<JsonObject> ReadAsync(string query = "")
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{_channel.Id}/ledger{query}");
        Assert.Equal(200, (int)response.StatusCode);
        return await response.JsonAsync();
    }
}
