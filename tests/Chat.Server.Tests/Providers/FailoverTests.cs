using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Providers;

public sealed class FailoverTests : IAsyncLifetime
{
    private FakeUpstream _first = null!;
    private FakeUpstream _second = null!;

    public async Task InitializeAsync()
    {
        _first = await FakeUpstream.StartAsync();
        _second = await FakeUpstream.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    private ChatApp App() => new ChatApp().WithProvider("alpha", _first, "sk-alpha").WithProvider("beta", _second, "sk-beta");

    [Fact]
    public async Task A_model_without_attempts_is_asked_of_every_provider_in_turn_under_its_own_id()
    {
        await using var app = App();
        var channel = await app.CreateChannelAsync();
        _first.RepliesRaw(503, "text/html", "<html>");
        _second.Replies("from beta");
        Assert.Equal("from beta", (string)(await app.AskAsync(channel, "hi"))["reply"]!);
        Assert.Equal("llama-3.3-70b-versatile", (string)_second.LastRequest.Body["model"]!);
        Assert.Equal(("Bearer sk-alpha", "Bearer sk-beta"), (_first.LastRequest.Authorization, _second.LastRequest.Authorization));
        Assert.Single(_first.Requests);
    }

    [Fact]
    public async Task The_order_of_providers_can_be_set()
    {
        await using var app = App().With("Providers:alpha:Order", "2").With("Providers:beta:Order", "1");
        await app.AskAsync(await app.CreateChannelAsync(), "hi");
        Assert.Empty(_first.Requests);
    }

    [Fact]
    public async Task A_model_s_own_attempts_are_asked_in_their_order_under_their_names()
    {
        await using var app = App()
            .With("Models:llama-3.3-70b-versatile:Attempts:0:Provider", "beta").With("Models:llama-3.3-70b-versatile:Attempts:0:Model", "llama3.3:70b")
            .With("Models:llama-3.3-70b-versatile:Attempts:1:Provider", "alpha");
        _second.RepliesRaw(429, "application/json", "{}");
        _first.Replies("from alpha");
        Assert.Equal("from alpha", (string)(await app.AskAsync(await app.CreateChannelAsync(), "hi"))["reply"]!);
        Assert.Equal("llama3.3:70b", (string)_second.LastRequest.Body["model"]!);
        Assert.Equal("llama-3.3-70b-versatile", (string)_first.LastRequest.Body["model"]!);
    }

    [Fact]
    public async Task The_guide_can_stand_last_in_a_model_s_attempts()
    {
        await using var app = App()
            .With("Models:own:Attempts:0:Provider", "alpha").With("Models:own:Attempts:1:Provider", "guide").With("Models:own:CreditRate", "2");
        var channel = await app.CreateChannelAsync(new JsonObject { ["model"] = "own", ["knowledge"] = "# Opening hours\n\nFrom 9 to 18." });
        _first.RepliesRaw(500, "text/plain", "");
        Assert.Contains("9 to 18", (string)(await app.AskAsync(channel, "What are the opening hours?"))["reply"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_that_allows_it_is_answered_by_the_guide_when_no_provider_is_configured()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(new JsonObject { ["guide_fallback"] = true, ["knowledge"] = "# Opening hours\n\nFrom 9 to 18." });
        Assert.Contains("9 to 18", (string)(await app.AskAsync(channel, "What are the opening hours?"))["reply"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_in_its_time_is_failed_over()
    {
        await using var app = App().With("Providers:alpha:TimeoutSeconds", "5");
        var channel = await app.CreateChannelAsync();
        var asked = new TaskCompletionSource();
        _first.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        _second.Replies("in time");
        var sending = app.AskAsync(channel, "hi");
        await asked.Task;
        app.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("in time", (string)(await sending)["reply"]!);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_no_key_goes_astray()
    {
        await using var app = new ChatApp().WithProvider("alpha", _first);
        _first.OnRequest = (_, context) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = new Uri(_second.Address, "v1/chat/completions").ToString();
            return Task.CompletedTask;
        };
        using var response = await app.SendAsync(await app.CreateChannelAsync(), "hi");
        Assert.Equal(500, (int)response.StatusCode);
        Assert.Empty(_second.Requests);
    }

    [Fact]
    public async Task An_outbound_call_that_nobody_registered_throws()
    {
        await using var app = new ChatApp().With("Providers:elsewhere:BaseUrl", "http://127.0.0.1:9/v1");
        using var response = await app.SendAsync(await app.CreateChannelAsync(), "hi");
        Assert.Equal(500, (int)response.StatusCode);
        Assert.Contains(app.Log.Lines, line => line.Contains("elsewhere/", StringComparison.Ordinal) && line.Contains(nameof(InvalidOperationException), StringComparison.Ordinal));
    }
}
