using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>The same faults as a visitor meets them, over the whole service: a full answer or the documented error, and books that are right.</summary>
public sealed class VisitorTests : IAsyncLifetime
{
    private const string Answer = "Paris is the capital of France.";
    private const string Stall = "stall";

    private static readonly Dictionary<string, UpstreamBehaviour> Faults = new(StringComparer.Ordinal)
    {
        ["reset"] = Upstreams.Reset,
        ["reset in the body"] = Upstreams.ResetInTheBody,
        ["502 with HTML"] = Upstreams.Html(502),
        ["truncated"] = Upstreams.Truncated,
        ["error event"] = Upstreams.ErrorEvent,
        ["endless"] = Upstreams.EndlessLine,
        ["429 storm"] = Upstreams.Status(429, "120"),
        ["401"] = Upstreams.Status(401),
        [Stall] = Upstreams.Stalling,
    };

    private FakeUpstream _first = null!;
    private FakeUpstream _second = null!;
    private ChatApp _app = null!;
    private TestChannel _channel = null!;

    public static TheoryData<string> All => [.. Faults.Keys];

    public async Task InitializeAsync()
    {
        _first = await FakeUpstream.StartAsync();
        _second = await FakeUpstream.StartAsync();
        _app = new ChatApp().WithProvider("alpha", _first, "sk-alpha-secret").WithProvider("beta", _second, "sk-beta-secret");
        _channel = await _app.CreateChannelAsync(new JsonObject { ["credits"] = 100 });
        TwoProviders.Do(_second, Upstreams.Answering(Answer));
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_visitor_has_a_full_answer_from_the_next_provider_and_pays_for_one(string fault)
    {
        TwoProviders.Do(_first, Faults[fault]);
        using var response = await SendAsync(fault, _first);
        Assert.Equal(Answer, (string)(await response.JsonAsync())["reply"]!);
        Assert.False(response.Headers.Contains("X-Upstream"));
        await AssertBooksAsync(charged: 50_000);
        Assert.Equal(1, Rows.Count(_app, "usage WHERE attempt = 'beta/llama-3.3-70b-versatile'"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task With_both_failing_it_is_the_documented_error_and_costs_nothing(string fault)
    {
        TwoProviders.Do(_first, Faults[fault]);
        TwoProviders.Do(_second, Faults[fault]);
        using var response = await SendAsync(fault, _first, _second);
        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("""{"error":"AI service error","code":"ai_service_error"}""", await response.Content.ReadAsStringAsync());
        Assert.DoesNotContain(response.Headers, header => header.Value.Any(value => value.Contains(Upstreams.Canary, StringComparison.Ordinal)));
        await AssertBooksAsync(charged: 0);
        Assert.DoesNotContain(_app.Log.Lines, line => line.Contains(Upstreams.Canary, StringComparison.Ordinal) || line.Contains("-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Usage_says_which_attempt_answered_and_no_visitor_is_told()
    {
        TwoProviders.Do(_first, Upstreams.Answering("From the first."));
        using var response = await SendAsync();
        var body = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("alpha", body, StringComparison.Ordinal);
        Assert.DoesNotContain(response.Headers, header => header.Value.Any(value => value.Contains("alpha", StringComparison.Ordinal)));
        Assert.Equal(1, Rows.Count(_app, "usage WHERE attempt = 'alpha/llama-3.3-70b-versatile'"));
    }

    [Fact]
    public async Task What_a_caller_sends_along_to_be_traced_by_does_not_go_to_a_provider()
    {
        string[] names = [];
        TwoProviders.Do(_first, (request, context) =>
        {
            names = [.. context.Request.Headers.Keys];
            return Upstreams.Answering(Answer)(request, context);
        });
        var message = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = JsonContent.Create(new { message = "hi", session_id = "s" }) };
        message.Headers.Add("X-API-Key", _channel.Key);
        message.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        message.Headers.Add("baggage", "visitor=somebody");
        using var response = await _app.Client.SendAsync(message);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(["Authorization", "Content-Length", "Content-Type", "Host"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_seeded_storm_of_faults_leaves_exact_books()
    {
        var random = new Random(20261121);
        var faults = Faults.Where(fault => fault.Key is not (Stall or "endless")).Select(fault => fault.Value).ToArray();
        UpstreamBehaviour Weather() => random.Next(10) < 4 ? faults[random.Next(faults.Length)] : Upstreams.Answering(Answer);
        var answered = 0;
        for (var message = 0; message < 120; message++)
        {
            TwoProviders.Do(_first, Weather());
            TwoProviders.Do(_second, Weather());
            using var response = await _app.SendAsync(_channel, $"Question {message}?");
            Assert.Contains((int)response.StatusCode, new[] { 200, 500 });
            answered += (int)response.StatusCode == 200 ? 1 : 0;
            _app.Time.Advance(TimeSpan.FromSeconds(random.Next(4)));
        }

        Assert.InRange(answered, 30, 119);
        await AssertBooksAsync(charged: answered * 50_000L);
    }

    // Lets the deadline pass of each upstream that never answers.
    private async Task<HttpResponseMessage> SendAsync(string? fault = null, params FakeUpstream[] asked)
    {
        var sending = _app.SendAsync(_channel, "What is the capital of France?");
        foreach (var upstream in fault == Stall ? asked : [])
        {
            await Eventually.TrueAsync(() => upstream.Requests.Count == 1);
            _app.Time.Advance(TimeSpan.FromSeconds(60));
        }

        return await sending;
    }

    private async Task AssertBooksAsync(long charged)
    {
        using var audit = await _app.AdminAsync(HttpMethod.Get, "/admin/v1/audit");
        Assert.True((bool)(await audit.JsonAsync())["ok"]!);
        Assert.Equal((charged, 0L), (Rows.Scalar(_app, "SELECT consumed FROM channel_usage"), Rows.Scalar(_app, "SELECT reserved FROM channel_usage")));
        Assert.Equal(0, Rows.Count(_app, "turns WHERE state = 0"));
    }
}
