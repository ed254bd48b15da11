using Chat.Server.Errors;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Extensions.AI;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>What a stream may do before, between and after its pieces.</summary>
public sealed class StreamTests
{
    private const string Answer = "Paris is the capital of France.";
    private const string Begun = "Paris is";

    private static readonly Dictionary<string, UpstreamBehaviour> Ends = new(StringComparer.Ordinal)
    {
        ["reset"] = Upstreams.ResetSoon,
        ["end without a finish reason"] = (_, _) => Task.CompletedTask,
        ["only the end mark"] = (_, context) => Upstreams.StreamAsync(context, "[DONE]"),
        ["error event"] = Upstreams.ErrorEvent,
        ["finish reason error"] = (_, context) => Upstreams.StreamAsync(context, Upstreams.Finish("error")),
        ["no JSON"] = (_, context) => Upstreams.StreamAsync(context, "<html>"),
        ["endless line"] = Upstreams.EndlessLine,
        ["endless events"] = Upstreams.EndlessEvents,
        ["no end of talking"] = Upstreams.Talkative,
    };

    public static TheoryData<string> AllEnds => [.. Ends.Keys];

    [Theory]
    [MemberData(nameof(AllEnds))]
    public async Task A_failure_after_the_first_piece_is_a_failure_and_is_never_begun_again_by_another(string end)
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:Retries", "3"));
        TwoProviders.Do(providers.Alpha, Upstreams.Beginning(Begun, Ends[end]));
        var ending = await providers.AskAsync(streamed: true);
        Assert.Equal("ai_service_error", ending.Error?.Code);
        Assert.StartsWith(Begun, ending.Text, StringComparison.Ordinal);
        Assert.Equal((1, 0), (providers.Alpha.Requests.Count, providers.Beta.Requests.Count));
    }

    [Fact]
    public async Task Silence_between_pieces_is_borne_for_so_long_and_no_longer()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:IdleTimeoutSeconds", "7"));
        var next = new SemaphoreSlim(0);
        TwoProviders.Do(providers.Alpha, async (_, context) =>
        {
            foreach (var piece in Answer.Chunk(10))
            {
                await Upstreams.StreamAsync(context, Upstreams.Piece(new string(piece)));
                await next.WaitAsync(context.RequestAborted);
            }
        });
        await using var updates = providers.Client().GetStreamingResponseAsync([new(ChatRole.User, "hi")]).GetAsyncEnumerator();
        Assert.True(await updates.MoveNextAsync());
        // A reader of ours that takes its time is no silence of the upstream's.
        providers.Time.Advance(TimeSpan.FromSeconds(8));
        var moving = updates.MoveNextAsync();
        providers.Time.Advance(TimeSpan.FromSeconds(6.9));
        next.Release();
        Assert.True(await moving);
        moving = updates.MoveNextAsync();
        providers.Time.Advance(TimeSpan.FromSeconds(7));
        await Assert.ThrowsAsync<ChatErrorException>(async () => await moving);
        Assert.Contains(providers.Log.Lines, line => line.Contains("longer than its idle time-out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_never_pauses_still_ends_at_its_time_in_all()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:TimeoutSeconds", "10"));
        TwoProviders.Do(providers.Alpha, async (_, context) =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
                await Upstreams.StreamAsync(context, Upstreams.Piece("a"));
        });
        await using var updates = providers.Client().GetStreamingResponseAsync([new(ChatRole.User, "hi")]).GetAsyncEnumerator();
        for (var second = 0; second < 10; second++)
        {
            Assert.True(await updates.MoveNextAsync());
            providers.Time.Advance(TimeSpan.FromSeconds(1));
        }

        // What had come before is read to its end.
        await Assert.ThrowsAsync<ChatErrorException>(async () =>
        {
            while (await updates.MoveNextAsync())
            {
            }
        });
        Assert.Contains(providers.Log.Lines, line => line.Contains("longer than its total time-out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_that_thinks_aloud_before_its_answer_is_waited_for()
    {
        await using var providers = await TwoProviders.StartAsync(("Providers:alpha:FirstTokenTimeoutSeconds", "5"), ("Providers:alpha:IdleTimeoutSeconds", "5"));
        var next = new SemaphoreSlim(0);
        TwoProviders.Do(providers.Alpha, async (request, context) =>
        {
            for (var thought = 0; thought < 4; thought++)
            {
                await Upstreams.StreamAsync(context, """{"choices":[{"delta":{"reasoning_content":"hm"}}]}""");
                await next.WaitAsync(context.RequestAborted);
            }

            await Upstreams.Answering(Answer)(request, context);
        });
        var asking = providers.AskAsync(streamed: true);
        for (var thought = 0; thought < 4; thought++)
        {
            // The wait for the next piece has begun now: the one before it was taken in.
            await Eventually.TrueAsync(() => providers.Time.TimersDueIn(TimeSpan.FromSeconds(5)) == 1);
            providers.Time.Advance(TimeSpan.FromSeconds(4));
            next.Release();
        }

        Assert.Equal(Answer, (await asking).Text);
    }

    [Fact]
    public async Task An_answer_that_is_complete_is_one_even_where_the_connection_breaks_before_the_end_mark()
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, async (request, context) =>
        {
            await Upstreams.StreamAsync(context, Upstreams.Piece(Answer), Upstreams.Finish());
            await Upstreams.ResetSoon(request, context);
        });
        Assert.Equal((Answer, null), (await providers.AskAsync(streamed: true)) switch { var ending => (ending.Text, ending.Error) });
    }

    [Fact]
    public async Task A_server_that_knows_no_streaming_and_answers_whole_is_understood()
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, (_, context) => FakeUpstream.Answer(context, Answer));
        var ending = await providers.AskAsync(streamed: true);
        Assert.Equal((Answer, null, "alpha/llama-3.3-70b-versatile"), (ending.Text, ending.Error, ending.Attempt));
        Assert.Equal(41, ending.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task The_caller_s_own_cancellation_is_not_a_failure_of_the_provider()
    {
        await using var providers = await TwoProviders.StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Stalling);
        using var stop = new CancellationTokenSource();
        var asking = providers.AskAsync(streamed: true, cancellationToken: stop.Token);
        await Eventually.TrueAsync(() => providers.Alpha.Requests.Count == 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Empty(providers.Beta.Requests);
        Assert.DoesNotContain(providers.Log.Lines, line => line.Contains("failed", StringComparison.Ordinal));
    }
}
