using System.Globalization;
using Chat.Server.Providers;
using Chat.Server.Providers.Resilience;

namespace Chat.Server.Tests.Providers.Resilience;

public sealed class RetryTests
{
    private const string Answer = "Paris.";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_failed_in_passing_is_tried_again_after_a_short_while(bool streamed)
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "1"));
        TwoProviders.Do(providers.Alpha, Failing(1, Upstreams.Reset));
        var asking = providers.AskAsync(streamed);
        var before = providers.Time.GetUtcNow();
        await providers.PassUntilAsync(() => providers.Alpha.Requests.Count == 2);
        Assert.InRange(providers.Time.GetUtcNow() - before, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Assert.Equal((Answer, 0), ((await asking).Text, providers.Beta.Requests.Count));
    }

    [Fact]
    public async Task Retries_are_as_many_as_configured_and_then_the_next_is_asked()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "2"));
        TwoProviders.Do(providers.Alpha, Upstreams.Html(502));
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        var asking = providers.AskAsync(streamed: true);
        await providers.PassUntilAsync(() => asking.IsCompleted);
        Assert.Equal((Answer, 3, 1), ((await asking).Text, providers.Alpha.Requests.Count, providers.Beta.Requests.Count));
    }

    [Fact]
    public async Task A_retry_after_of_a_few_seconds_is_waited_for_and_the_same_provider_asked_again()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "1"));
        TwoProviders.Do(providers.Alpha, Failing(1, Upstreams.Status(429, "2")));
        var asking = providers.AskAsync(streamed: false);
        var before = providers.Time.GetUtcNow();
        await providers.PassUntilAsync(() => providers.Alpha.Requests.Count == 2);
        Assert.InRange(providers.Time.GetUtcNow() - before, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
        Assert.Equal(Answer, (await asking).Text);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("31536000")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    [InlineData("soon")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData(null)]
    public async Task A_rate_limit_with_no_retry_after_worth_waiting_for_is_failed_over_at_once(string? retryAfter)
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "3"));
        TwoProviders.Do(providers.Alpha, Upstreams.Status(429, retryAfter));
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        Assert.Equal((Answer, 1), ((await providers.AskAsync(streamed: true)).Text, providers.Alpha.Requests.Count));
    }

    [Fact]
    public async Task A_retry_after_may_be_a_date()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "1"));
        var date = providers.Time.GetUtcNow().AddSeconds(3).ToString("R", CultureInfo.InvariantCulture);
        TwoProviders.Do(providers.Alpha, Failing(1, Upstreams.Status(503, date)));
        var asking = providers.AskAsync(streamed: true);
        await providers.PassUntilAsync(() => asking.IsCompleted);
        Assert.Equal((Answer, 2), ((await asking).Text, providers.Alpha.Requests.Count));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(413)]
    [InlineData(422)]
    [InlineData(501)]
    public async Task What_another_try_cannot_mend_is_failed_over_at_once(int status)
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "3"));
        TwoProviders.Do(providers.Alpha, Upstreams.Status(status));
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        Assert.Equal((Answer, 1), ((await providers.AskAsync(streamed: false)).Text, providers.Alpha.Requests.Count));
    }

    [Fact]
    public async Task A_stall_is_not_sat_through_twice()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "3"));
        TwoProviders.Do(providers.Alpha, Upstreams.Stalling);
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        var asking = providers.AskAsync(streamed: true);
        await providers.AfterAsync(providers.Alpha, 1, TimeSpan.FromSeconds(30));
        Assert.Equal((Answer, 1), ((await asking).Text, providers.Alpha.Requests.Count));
    }

    [Theory]
    [InlineData(408, null, true)]
    [InlineData(429, null, false)]
    [InlineData(429, 3, true)]
    [InlineData(429, 4, false)]
    [InlineData(500, null, true)]
    [InlineData(503, 3, true)]
    [InlineData(503, 4, false)]
    public void Which_statuses_are_worth_a_second_try(int status, int? retryAfter, bool worthwhile) =>
        Assert.Equal(worthwhile, Retries.IsWorthwhile(ProviderException.Status(status, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null)));

    private static UpstreamBehaviour Failing(int times, UpstreamBehaviour fault)
    {
        var count = 0;
        return (request, context) => Interlocked.Increment(ref count) <= times ? fault(request, context) : Upstreams.Answering(Answer)(request, context);
    }
}
