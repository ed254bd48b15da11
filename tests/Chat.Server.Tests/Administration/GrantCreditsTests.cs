using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class GrantCreditsTests : IAsyncLifetime
{
    private readonly ChatApp _app = new();
    private TestChannel _channel = null!;

    public async Task InitializeAsync() => _channel = await _app.CreateChannelAsync(new JsonObject { ["credits"] = 10 });

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task A_grant_is_added_to_the_account_and_returned_with_it()
    {
        using var response = await GrantAsync("""{"credits": 25.5, "note": "Invoice 1042"}""");
        Assert.Equal(201, (int)response.StatusCode);
        var grant = await response.JsonAsync();
        Assert.Equal((25.5m, 35.5m, 0m), ((decimal)grant["credits"]!, (decimal)grant["credits_allocated"]!, (decimal)grant["credits_consumed"]!));
        Assert.Equal("Invoice 1042", (string)grant["note"]!);
        Assert.Equal(35.5m, await AllocatedAsync());
        Assert.False(response.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task A_single_micro_credit_is_granted_exactly()
    {
        using var response = await GrantAsync("""{"credits": 0.000001}""");
        Assert.Equal(10.000001m, await AllocatedAsync());
        Assert.Equal("", (string)(await response.JsonAsync())["note"]!);
    }

    [Theory]
    [InlineData("key-1", "key-1")]
    [InlineData("key-1", "\"key-1\"")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    public async Task A_repetition_with_the_same_key_and_body_gets_the_first_grant(string key, string again)
    {
        using var first = await GrantAsync("""{"credits": 25, "note": "x"}""", key);
        using var second = await GrantAsync("""{ "note": "x", "credits": 25.0 }""", again);
        Assert.Equal(201, (int)second.StatusCode);
        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal((await first.JsonAsync()).ToJsonString(), (await second.JsonAsync()).ToJsonString());
        Assert.Equal(35m, await AllocatedAsync());
    }

    [Theory]
    [InlineData("""{"credits": 26, "note": "x"}""")]
    [InlineData("""{"credits": 25, "note": "X"}""")]
    [InlineData("""{"credits": 25}""")]
    public async Task The_same_key_with_another_body_is_refused(string other)
    {
        using var first = await GrantAsync("""{"credits": 25, "note": "x"}""", "key-1");
        using var second = await GrantAsync(other, "key-1");
        await AssertInvalidAsync(second, "Idempotency-Key");
        Assert.Equal(35m, await AllocatedAsync());
    }

    [Fact]
    public async Task A_key_belongs_to_its_channel()
    {
        var other = await _app.CreateChannelAsync();
        using var first = await GrantAsync("""{"credits": 25}""", "key-1");
        using var second = await GrantAsync("""{"credits": 30}""", "key-1", other.Id);
        Assert.Equal(201, (int)second.StatusCode);
        Assert.False(second.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Twenty_at_once_with_one_key_grant_once_and_without_a_key_each()
    {
        var keyed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GrantAsync("""{"credits": 1}""", "key-1")));
        Assert.All(keyed, response => Assert.Equal(201, (int)response.StatusCode));
        Assert.Equal(19, keyed.Count(response => response.Headers.Contains("Idempotency-Replayed")));
        Assert.Equal(11m, await AllocatedAsync());

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GrantAsync("""{"credits": 1}""")));
        Assert.Equal(31m, await AllocatedAsync());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"credits": 0}""")]
    [InlineData("""{"credits": -1}""")]
    [InlineData("""{"credits": 0.0000001}""")]
    [InlineData("""{"credits": 1.0000001}""")]
    [InlineData("""{"credits": 1000000001}""")]
    [InlineData("""{"credits": 79228162514264337593543950335}""")]
    [InlineData("""{"credits": "25"}""")]
    [InlineData("""{"credits": null}""")]
    public async Task An_amount_that_is_not_one_is_refused(string body)
    {
        using var response = await GrantAsync(body);
        await AssertInvalidAsync(response, "credits");
        Assert.Equal(10m, await AllocatedAsync());
    }

    [Fact]
    public async Task A_note_that_is_too_long_or_a_member_that_is_unknown_is_refused()
    {
        using var tooLong = await GrantAsync(new JsonObject { ["credits"] = 1, ["note"] = new string('x', 501) }.ToJsonString());
        await AssertInvalidAsync(tooLong, "note");
        using var unknown = await GrantAsync("""{"credits": 1, "credit": 2}""");
        Assert.Equal(422, (int)unknown.StatusCode);
    }

    [Fact]
    public async Task No_account_ever_has_more_than_the_most_in_all()
    {
        using var upToIt = await GrantAsync("""{"credits": 999999990}""");
        Assert.Equal(201, (int)upToIt.StatusCode);
        using var beyond = await GrantAsync("""{"credits": 0.000001}""");
        await AssertInvalidAsync(beyond, "credits");
        Assert.Equal(1_000_000_000m, await AllocatedAsync());
        Assert.Equal(2, Rows.Count(_app, "credit_grants"));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"open")]
    [InlineData("a b")]
    [InlineData("\"a\"b")]
    [InlineData("\"a\\b\"")]
    public async Task A_malformed_key_is_refused(string key)
    {
        using var response = await GrantAsync("""{"credits": 1}""", key);
        await AssertInvalidAsync(response, "Idempotency-Key");
        Assert.Equal(10m, await AllocatedAsync());
    }

    [Fact]
    public async Task A_key_has_at_most_255_characters()
    {
        using var longest = await GrantAsync("""{"credits": 1}""", new string('k', 255));
        Assert.Equal(201, (int)longest.StatusCode);
        using var longer = await GrantAsync("""{"credits": 1}""", new string('k', 256));
        await AssertInvalidAsync(longer, "Idempotency-Key");
    }

    [Fact]
    public async Task A_channel_that_does_not_exist_is_not_found()
    {
        using var response = await GrantAsync("""{"credits": 1}""", channel: Guid.CreateVersion7(ChatApp.Noon));
        Assert.Equal(404, (int)response.StatusCode);
    }

    private async Task<decimal> AllocatedAsync() => (decimal)(await _app.ReadChannelAsync(_channel))["credits_allocated"]!;

    private static async Task AssertInvalidAsync(HttpResponseMessage response, string field)
    {
        Assert.Equal(422, (int)response.StatusCode);
        Assert.Contains(field, (await response.JsonAsync())["errors"]!.AsObject().Select(error => error.Key));
    }

    private Task<HttpResponseMessage> GrantAsync(string body, string? key = null, Guid? channel = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/v1/channels/{channel ?? _channel.Id}/credits")
        {
            Content = new StringContent(body, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ChatApp.AdminToken);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return _app.Client.SendAsync(request);
    }
}
