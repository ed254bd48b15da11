using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Providers;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Providers;

public sealed class ProfileTests : IAsyncLifetime
{
    private const string Model = "own";

    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _app = new ChatApp().WithProvider("alpha", _upstream)
            .With($"Models:{Model}:Attempts:0:Provider", "alpha").With($"Models:{Model}:Attempts:0:Model", "large").With($"Models:{Model}:Attempts:0:Profile", "deep")
            .With($"Models:{Model}:Attempts:1:Provider", "alpha").With($"Models:{Model}:Attempts:1:Model", "small").With($"Models:{Model}:Attempts:1:Profile", "fast")
            .With($"Models:{Model}:Attempts:2:Provider", "alpha").With($"Models:{Model}:Attempts:2:Model", "any");
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [InlineData(null, "any")]
    [InlineData("balanced", "any")]
    [InlineData("fast", "small")]
    [InlineData("deep", "large")]
    public async Task A_channel_s_profile_chooses_among_its_model_s_attempts(string? profile, string asked)
    {
        var channel = await CreateAsync(profile, allowOverride: false);
        await _app.AskAsync(channel, "hi");
        Assert.Equal([asked], Asked());
        Assert.Equal(profile ?? "balanced", (string)(await _app.ReadChannelAsync(channel))["profile"]!);
        Assert.Equal(1, Rows.Count(_app, $"usage WHERE attempt = 'alpha/{asked}'"));
    }

    [Theory]
    [InlineData("fast", "small")]
    [InlineData("deep", "large")]
    [InlineData("balanced", "any")]
    public async Task A_message_may_choose_where_the_channel_allows_it(string profile, string asked)
    {
        using var response = await SendAsync(await CreateAsync("deep", allowOverride: true), $"\"{profile}\"");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal([asked], Asked());
    }

    [Fact]
    public async Task A_message_that_leaves_it_out_or_null_gets_the_channel_s_own()
    {
        using var response = await SendAsync(await CreateAsync("deep", allowOverride: true), "null");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(["large"], Asked());
    }

    [Fact]
    public async Task Where_the_channel_does_not_allow_it_a_message_that_chooses_is_refused()
    {
        using var response = await SendAsync(await CreateAsync("deep", allowOverride: false), "\"deep\"");
        Assert.Equal(422, (int)response.StatusCode);
        Assert.Equal(
            """{"error":"Invalid request","code":"invalid_request","details":{"profile":["This channel does not let a message choose."]}}""",
            await response.Content.ReadAsStringAsync());
        Assert.Empty(_upstream.Requests);
        Assert.Equal(0, Rows.Count(_app, "turns"));
    }

    [Theory]
    [InlineData("\"quick\"")]
    [InlineData("\"Fast\"")]
    [InlineData("\"\"")]
    [InlineData("7")]
    public async Task A_profile_that_does_not_exist_is_refused(string profile)
    {
        using var response = await SendAsync(await CreateAsync(null, allowOverride: true), profile);
        Assert.Equal(422, (int)response.StatusCode);
        Assert.NotNull((await response.JsonAsync())["details"]!["profile"]);
    }

    [Fact]
    public async Task A_profile_whose_own_attempts_fail_falls_to_the_others_in_order()
    {
        _upstream.RepliesRaw(400, "text/plain", "");
        using var response = await _app.SendAsync(await CreateAsync("fast", allowOverride: false), "hi");
        Assert.Equal(["small", "any", "large"], Asked());
    }

    [Theory]
    [InlineData("a:fast b:deep c:balanced", ResponseProfile.Deep, "b a c")]
    [InlineData("a:fast b c:deep d", ResponseProfile.Deep, "b c d a")]
    [InlineData("a:fast b:deep", ResponseProfile.Balanced, "a b")]
    [InlineData("a b c", ResponseProfile.Fast, "a b c")]
    [InlineData("guide a", ResponseProfile.Fast, "guide a")]
    [InlineData("a:fast b:deep guide", ResponseProfile.Fast, "a b guide")]
    [InlineData("a:fast guide:deep", ResponseProfile.Deep, "guide a")]
    public void The_order_is_own_and_for_all_then_others_then_the_guide(string attempts, ResponseProfile profile, string order)
    {
        ModelAttempt[] configured = [.. attempts.Split(' ').Select(text => text.Split(':')).Select(parts => new ModelAttempt(parts[0], "m", ResponseProfiles.Parse(parts.ElementAtOrDefault(1))))];
        Assert.Equal(order, string.Join(' ', configured.OrderFor(profile).Select(attempt => attempt.Provider)));
    }

    [Fact]
    public async Task The_same_key_with_another_profile_is_another_request()
    {
        var channel = await CreateAsync(null, allowOverride: true);
        using var first = await SendAsync(channel, "\"fast\"", "key-1");
        using var again = await SendAsync(channel, "\"fast\"", "key-1");
        using var other = await SendAsync(channel, "\"deep\"", "key-1");
        Assert.Equal((200, 200, 422), ((int)first.StatusCode, (int)again.StatusCode, (int)other.StatusCode));
        Assert.Single(_upstream.Requests);
    }

    private Task<TestChannel> CreateAsync(string? profile, bool allowOverride)
    {
        var settings = new JsonObject { ["model"] = Model, ["allow_profile_override"] = allowOverride };
        if (profile is not null)
            settings["profile"] = profile;
        return _app.CreateChannelAsync(settings);
    }

    private Task<HttpResponseMessage> SendAsync(TestChannel channel, string profile, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Content = new StringContent($$"""{"message":"hi","session_id":"s","profile":{{profile}}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-API-Key", channel.Key);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return _app.Client.SendAsync(request);
    }

    private IEnumerable<string> Asked() => _upstream.Requests.Select(request => (string)request.Body["model"]!);
}
