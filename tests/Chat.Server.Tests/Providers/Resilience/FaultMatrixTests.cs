using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>Every way to fail before the first word, whole and streamed: the next provider answers in full, and nobody hears of it.</summary>
public sealed class FaultMatrixTests
{
    private const string Answer = "Paris is the capital of France.";

    private static readonly Dictionary<string, UpstreamBehaviour> Faults = new(StringComparer.Ordinal)
    {
        ["reset"] = Upstreams.Reset,
        ["reset in the body"] = Upstreams.ResetInTheBody,
        ["502 with HTML"] = Upstreams.Html(502),
        ["200 with HTML"] = Upstreams.Html(200),
        ["truncated"] = Upstreams.Truncated,
        ["error event"] = Upstreams.ErrorEvent,
        ["empty"] = Upstreams.Empty,
        ["endless line"] = Upstreams.EndlessLine,
        ["endless events"] = Upstreams.EndlessEvents,
        ["redirect"] = Upstreams.Status(307),
        ["400"] = Upstreams.Status(400),
        ["401"] = Upstreams.Status(401),
        ["402"] = Upstreams.Status(402),
        ["403"] = Upstreams.Status(403),
        ["404"] = Upstreams.Status(404),
        ["408"] = Upstreams.Status(408),
        ["413"] = Upstreams.Status(413),
        ["422"] = Upstreams.Status(422),
        ["429"] = Upstreams.Status(429),
        ["429 for a year"] = Upstreams.Status(429, "31536000"),
        ["429 for less than nothing"] = Upstreams.Status(429, "-1"),
        ["500"] = Upstreams.Status(500),
        ["503"] = Upstreams.Status(503, "soon"),
        ["529"] = Upstreams.Status(529),
    };

    public static TheoryData<string, bool> All
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var name in Faults.Keys)
            {
                data.Add(name, false);
                data.Add(name, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_next_provider_answers_in_full(string fault, bool streamed)
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, Faults[fault]);
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        var ending = await providers.AskAsync(streamed);
        Assert.Equal((Answer, null, "beta/llama-3.3-70b-versatile"), (ending.Text, ending.Error, ending.Attempt));
        Assert.Equal((41L, 9L), (ending.Usage!.InputTokenCount, ending.Usage.OutputTokenCount));
        Assert.Equal((1, 1), (providers.Alpha.Requests.Count, providers.Beta.Requests.Count));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task With_no_other_provider_it_is_the_documented_error_and_the_log_has_no_word_of_the_upstream(string fault, bool streamed)
    {
        await using var providers = await TwoProviders.StartAsync(("Models:one:Attempts:0:Provider", "alpha"));
        TwoProviders.Do(providers.Alpha, Faults[fault]);
        var ending = await providers.AskAsync(streamed, model: "one");
        Assert.Equal(("", "ai_service_error"), (ending.Text, ending.Error?.Code));
        Assert.Contains(providers.Log.Lines, line => line.Contains("alpha/one", StringComparison.Ordinal));
        Assert.DoesNotContain(providers.Log.Lines, line => line.Contains(Upstreams.Canary, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, 60)]
    [InlineData(true, 30)]
    public async Task A_provider_that_stalls_is_left_after_its_deadline(bool streamed, int seconds)
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Stalling);
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        var asking = providers.AskAsync(streamed);
        await providers.AfterAsync(providers.Alpha, 1, TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(providers.Beta.Requests);
        providers.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Answer, (await asking).Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_drips_its_headers_is_left_after_its_deadline(bool streamed)
    {
        await using var slow = new SlowHeaders();
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:BaseUrl", slow.BaseUrl), ("Providers:alpha:TimeoutSeconds", "5"));
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        var asking = providers.AskAsync(streamed);
        await slow.Dripping.WaitAsync(Eventually.Patience, TimeProvider.System);
        providers.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Answer, (await asking).Text);
    }

    [Fact]
    public async Task A_provider_that_nobody_listens_for_is_left_at_once()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:BaseUrl", "http://127.0.0.1:1/v1"));
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        Assert.Equal(Answer, (await providers.AskAsync(streamed: true)).Text);
        Assert.Contains(providers.Log.Lines, line => line.Contains("The connection failed: ConnectionError.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task What_only_the_operator_can_mend_is_logged_as_an_error(int status)
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Status(status));
        await providers.AskAsync(streamed: true);
        Assert.Single(providers.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains($"The upstream answered {status}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_goes_to_its_own_provider_and_no_header_of_ours_to_any()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:ApiKey", "sk-alpha"), ("Providers:beta:ApiKey", "sk-beta"));
        IHeaderDictionary? sent = null;
        TwoProviders.Do(providers.Alpha, (request, context) =>
        {
            sent = new HeaderDictionary(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase));
            return Upstreams.Status(500)(request, context);
        });
        TwoProviders.Do(providers.Beta, Upstreams.Answering(Answer));
        await providers.AskAsync(streamed: false);
        Assert.Equal(("Bearer sk-alpha", "Bearer sk-beta"), (providers.Alpha.LastRequest.Authorization, providers.Beta.LastRequest.Authorization));
        Assert.DoesNotContain("sk-", providers.Alpha.LastRequest.Raw, StringComparison.Ordinal);
        Assert.Equal(["Authorization", "Content-Length", "Content-Type", "Host"], sent!.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(providers.Log.Lines, line => line.Contains("sk-", StringComparison.Ordinal));
    }
}
