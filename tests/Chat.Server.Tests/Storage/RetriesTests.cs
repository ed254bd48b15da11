using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Storage;

/// <summary>How often, how long and after which waits work is run again; no store is needed to see it.</summary>
public sealed class RetriesTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Plenty = TimeSpan.FromMinutes(1);

    private readonly FakeTime _time = new(ChatApp.Noon);
    private readonly LogCapture _log = new();

    [Fact]
    public async Task Work_that_succeeds_is_run_once()
    {
        var run = new ScriptedRun(_time, failures: 0, FaultKind.Conflict);
        Assert.Equal(1, await Drive(run));
    }

    [Theory]
    [InlineData("conflict", 20, 40, 80, 160, 320, 640, 1_000, 1_000)]
    [InlineData("duplicate", 20, 40, 80, 160, 320, 640, 1_000, 1_000)]
    [InlineData("timeout", 20, 40, 80, 160, 320, 640, 1_000, 1_000)]
    [InlineData("connection", 20, 40, 80, 160, 320, 640, 1_000, 1_000)]
    [InlineData("overloaded", 500, 1_000, 1_000, 1_000)]
    public async Task Waits_double_up_to_a_second_and_are_jittered_between_half_and_whole(string kind, params int[] waits)
    {
        var run = new ScriptedRun(_time, waits.Length, Enum.GetValues<FaultKind>().Single(value => value.Name() == kind));
        Assert.Equal(waits.Length + 1, await Drive(run, Plenty));
        Assert.All(waits.Zip(run.Waits), wait => Assert.InRange(wait.Second.TotalMilliseconds, wait.First * 0.5, wait.First + 1));
        // Nobody draws the same number each time.
        Assert.True(waits.Zip(run.Waits, (whole, wait) => Math.Round(wait.TotalMilliseconds / whole, 2)).Distinct().Count() > 1);
    }

    [Fact]
    public async Task It_is_given_up_after_ten_tries_and_says_so_without_quoting_the_store()
    {
        var run = new ScriptedRun(_time, failures: int.MaxValue, FaultKind.Conflict);
        var fault = await Assert.ThrowsAnyAsync<StoreUnavailableException>(() => Drive(run, Plenty));
        Assert.IsNotType<OutcomeUnknownException>(fault);
        Assert.Equal(10, run.Starts);
        var line = Assert.Single(_log.Lines);
        Assert.StartsWith("Warning ", line, StringComparison.Ordinal);
        Assert.Contains("given up after 10 tries", line, StringComparison.Ordinal);
        Assert.Contains("conflict", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_wait_is_begun_that_would_pass_the_budget()
    {
        var run = new ScriptedRun(_time, failures: int.MaxValue, FaultKind.Overloaded);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Drive(run, TimeSpan.FromSeconds(2)));
        // Each wait is drawn from half of a second, or of the first half second, to the whole: the longest draws make room for
        // two waits, the shortest (0.25, 0.5, 0.5, 0.5) for four. The clock moves in ticks, and a wait ends with the next one.
        Assert.InRange(run.Waits.Sum(wait => wait.TotalSeconds), 1, 2 + Tick.TotalSeconds);
        Assert.InRange(run.Starts, 3, 5);
    }

    [Fact]
    public async Task Unless_configured_otherwise_it_goes_on_for_five_seconds()
    {
        var run = new ScriptedRun(_time, failures: int.MaxValue, FaultKind.Overloaded);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Drive(run));
        Assert.InRange(run.Waits.Sum(wait => wait.TotalSeconds), 4, 5 + Tick.TotalSeconds);
    }

    [Fact]
    public async Task A_store_that_refuses_and_a_mistake_of_ours_are_not_tried_again()
    {
        var refused = new ScriptedRun(_time, failures: 1, FaultKind.Unavailable);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Drive(refused));
        var mistaken = new ScriptedRun(_time, failures: 1, FaultKind.Other);
        await Assert.ThrowsAsync<ScriptedRun.Fault>(() => Drive(mistaken));
        Assert.Equal((1, 1), (refused.Starts, mistaken.Starts));
    }

    [Fact]
    public async Task A_row_that_is_there_for_good_is_a_mistake_of_ours_in_the_end()
    {
        var run = new ScriptedRun(_time, failures: int.MaxValue, FaultKind.Duplicate);
        await Assert.ThrowsAsync<ScriptedRun.Fault>(() => Drive(run));
        Assert.True(run.Starts > 1);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_ends_the_waiting_and_a_fault_that_his_hanging_up_made_is_none()
    {
        using var caller = new CancellationTokenSource();
        var waiting = new ScriptedRun(_time, failures: int.MaxValue, FaultKind.Overloaded, caller.Token);
        var running = Start(waiting);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        var late = new ScriptedRun(_time, failures: 1, FaultKind.Unavailable, caller.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Start(late));
    }

    private Task<int> Start(ScriptedRun run, TimeSpan? budget = null) => WithoutContext(() =>
        new Retries(budget, _time, metrics: null, _log.CreateLogger("store")).RunAsync(run, fault => fault is ScriptedRun.Fault ? run.Kind : FaultKind.Other));

    private Task<int> Drive(ScriptedRun run, TimeSpan? budget = null)
    {
        var running = Start(run, budget);
        return WithoutContext(() =>
        {
            for (var tick = 0; tick < Plenty / Tick && !running.IsCompleted; tick++)
                _time.Advance(Tick);
            return running;
        });
    }

    // With no context to post to, what waits for the clock goes on within the call that moves it: no race, no real time.
    private static Task<int> WithoutContext(Func<Task<int>> work)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private sealed class ScriptedRun(FakeTime time, int failures, FaultKind kind, CancellationToken token = default) : Run<int>
    {
        private readonly List<long> _startedAt = [];

        public FaultKind Kind => kind;

        public int Starts => _startedAt.Count;

        public IReadOnlyList<TimeSpan> Waits => [.. _startedAt.Zip(_startedAt.Skip(1), time.GetElapsedTime)];

        public override CancellationToken Token => token;

        public override Task<int> RunAsync()
        {
            _startedAt.Add(time.GetTimestamp());
            return Starts <= failures ? throw new Fault() : Task.FromResult(Starts);
        }

        public sealed class Fault() : Exception("secret");
    }
}
