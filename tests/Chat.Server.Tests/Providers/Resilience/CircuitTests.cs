using Chat.Server.Providers.Resilience;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Extensions.AI;

namespace Chat.Server.Tests.Providers.Resilience;

public sealed class CircuitTests
{
    private const string Answer = "Paris.";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_one_of_two_is_down_a_reply_costs_at_most_1_1_calls_from_the_fifth_second_on(bool streamed)
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Answering(Answer));
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        // Traffic before the outage, so that its successes weigh against opening.
        await AskEveryAsync(providers, streamed, seconds: 10);
        TwoProviders.Do(providers.Alpha, Upstreams.Html(502));
        await AskEveryAsync(providers, streamed, seconds: 5);

        var before = (Alpha: providers.Alpha.Requests.Count, Beta: providers.Beta.Requests.Count);
        var replies = await AskEveryAsync(providers, streamed, seconds: 60);
        var calls = providers.Alpha.Requests.Count - before.Alpha + providers.Beta.Requests.Count - before.Beta;
        Assert.InRange(calls / (double)replies, 1.0, 1.1);
        Assert.True(providers.Alpha.Requests.Count - before.Alpha <= 5, "It is probed after 5, 10, 20, 40 seconds.");
    }

    [Fact]
    public async Task The_control_arm_without_circuits_costs_two_calls_a_reply()
    {
        await using var providers = await TwoProviders.StartAsync();
        // 400 is held against nobody.
        TwoProviders.Do(providers.Alpha, Upstreams.Status(400));
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        var replies = await AskEveryAsync(providers, streamed: false, seconds: 10);
        Assert.Equal(2 * replies, providers.Alpha.Requests.Count + providers.Beta.Requests.Count);
    }

    [Fact]
    public async Task With_a_message_now_and_then_a_dead_provider_is_noticed_as_well()
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Reset);
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        for (var message = 0; message < 10; message++)
        {
            await providers.AskAsync(streamed: false);
            providers.Time.Advance(TimeSpan.FromSeconds(20));
        }

        // Five failures, then the probes that fell due between two messages.
        Assert.InRange(providers.Alpha.Requests.Count, 6, 9);
        Assert.Equal(10, providers.Beta.Requests.Count);
    }

    [Fact]
    public async Task In_a_total_outage_refused_replies_soon_cost_no_call_at_all()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "1"), ("Providers:beta:Retries", "1"));
        TwoProviders.Do(providers.Alpha, Upstreams.Status(503));
        TwoProviders.Do(providers.Beta, Upstreams.Reset);
        for (var reply = 0; reply < 20; reply++)
        {
            var asking = providers.AskAsync(streamed: reply % 2 == 0);
            await providers.PassUntilAsync(() => asking.IsCompleted);
            Assert.Equal("ai_service_error", (await asking).Error?.Code);
        }

        // Two attempts, each asked five times in all, retries included; not the 80 times that 20 replies could cost.
        Assert.Equal(10, providers.Alpha.Requests.Count + providers.Beta.Requests.Count);
    }

    [Fact]
    public async Task One_probe_at_a_time_finds_the_way_back()
    {
        await using var providers = await TwoProviders.StartAsync();
        await OpenAsync(providers);
        providers.Time.Advance(Circuits.FirstBreak);
        var probed = new TaskCompletionSource();
        TwoProviders.Do(providers.Alpha, async (request, context) =>
        {
            await probed.Task;
            await Upstreams.Answering(Answer)(request, context);
        });
        var asked = providers.Alpha.Requests.Count;
        var probe = providers.AskAsync(streamed: true);
        await Eventually.TrueAsync(() => providers.Alpha.Requests.Count == asked + 1);
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => providers.AskAsync(streamed: true)));
        Assert.All(others, other => Assert.StartsWith("beta/", other.Attempt, StringComparison.Ordinal));
        Assert.Equal(asked + 1, providers.Alpha.Requests.Count);

        probed.SetResult();
        Assert.StartsWith("alpha/", (await probe).Attempt, StringComparison.Ordinal);
        // Both rules may have opened: the second is closed by the next probe, at the latest.
        providers.Time.Advance(Circuits.FirstBreak);
        await providers.AskAsync(streamed: true);
        Assert.StartsWith("alpha/", (await providers.AskAsync(streamed: true)).Attempt, StringComparison.Ordinal);
        Assert.Contains(providers.Log.Lines, line => line.Contains("alpha answers again.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(3, 40)]
    [InlineData(4, 60)]
    [InlineData(1_000_000, 60)]
    public void Each_failed_probe_doubles_the_break_up_to_a_minute(int failed, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Circuits.BreakAfter(failed));

    [Fact]
    public async Task A_clock_that_is_set_back_keeps_no_circuit_open()
    {
        await using var providers = await TwoProviders.StartAsync();
        await OpenAsync(providers);
        providers.Time.SetWallClock(providers.Time.GetUtcNow().AddHours(-5));
        TwoProviders.Do(providers.Alpha, Upstreams.Answering(Answer));
        providers.Time.Advance(Circuits.FirstBreak);
        Assert.StartsWith("alpha/", (await providers.AskAsync(streamed: false)).Attempt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(429)]
    public async Task What_is_wrong_with_one_model_is_not_held_against_the_provider_s_others(int status)
    {
        await using var providers = await TwoProviders.StartAsync(
            ("Models:bad:Attempts:0:Provider", "alpha"), ("Models:bad:Attempts:1:Provider", "beta"), ("Models:good:Attempts:0:Provider", "alpha"));
        TwoProviders.Do(providers.Alpha, (request, context) =>
            (string)request.Body["model"]! == "bad" ? Upstreams.Status(status)(request, context) : Upstreams.Answering(Answer)(request, context));
        for (var reply = 0; reply < 20; reply++)
        {
            Assert.StartsWith("beta/", (await providers.AskAsync(streamed: false, model: "bad")).Attempt, StringComparison.Ordinal);
            Assert.Equal(Answer, (await providers.AskAsync(streamed: true, model: "good")).Text);
        }

        Assert.InRange(providers.Alpha.Requests.Count(request => (string)request.Body["model"]! == "bad"), 5, 5);
    }

    [Fact]
    public async Task A_dead_provider_is_dead_for_all_its_models()
    {
        await using var providers = await TwoProviders.StartAsync();
        await OpenAsync(providers);
        var asked = providers.Alpha.Requests.Count;
        await providers.AskAsync(streamed: false, model: "gemma2-9b-it");
        Assert.Equal(asked, providers.Alpha.Requests.Count);
    }

    [Fact]
    public async Task Streams_that_die_after_their_first_piece_open_the_circuit_too()
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Beginning("Pa", Upstreams.ResetSoon));
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        var failures = 0;
        for (var reply = 0; reply < 40; reply++)
            failures += (await providers.AskAsync(streamed: true)).Error is null ? 0 : 1;
        Assert.Equal(2, failures);
    }

    [Fact]
    public async Task An_open_circuit_is_logged_once_and_with_no_guide_allowed_the_error_comes_at_once()
    {
        await using var providers = await TwoProviders.StartAsync(("Models:one:Attempts:0:Provider", "alpha"));
        TwoProviders.Do(providers.Alpha, Upstreams.Reset);
        for (var reply = 0; reply < 10; reply++)
            Assert.Equal("ai_service_error", (await providers.AskAsync(streamed: false, model: "one")).Error?.Code);
        Assert.Equal(5, providers.Alpha.Requests.Count);
        Assert.Single(providers.Log.Lines, line => line.Contains("alpha keeps failing: it is not asked for 00:00:05.", StringComparison.Ordinal));
        // No time has passed, so nothing was waited for; and the guide still answers where it may.
        var guided = await providers.Client("one", guideFallback: true).GetResponseAsync([new(ChatRole.User, "Hello")]);
        Assert.NotEmpty(guided.Text);
    }

    private static async Task OpenAsync(TwoProviders providers)
    {
        TwoProviders.Do(providers.Alpha, Upstreams.Reset);
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        for (var reply = 0; reply < 5; reply++)
            await providers.AskAsync(streamed: false);
        var asked = providers.Alpha.Requests.Count;
        Assert.StartsWith("beta/", (await providers.AskAsync(streamed: false)).Attempt, StringComparison.Ordinal);
        Assert.Equal(asked, providers.Alpha.Requests.Count);
    }

    private static async Task<int> AskEveryAsync(TwoProviders providers, bool streamed, int seconds)
    {
        var replies = 0;
        for (var tick = 0; tick < seconds * 4; tick++, replies++)
        {
            Assert.Equal(Answer, (await providers.AskAsync(streamed)).Text);
            providers.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        return replies;
    }
}
