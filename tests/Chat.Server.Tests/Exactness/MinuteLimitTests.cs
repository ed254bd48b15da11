using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Exactness;

/// <summary>The bar: of 1,000 simultaneous requests at a limit of 60, exactly 60 pass, on any number of processes.</summary>
[Collection(ProcessTests.Name)]
public sealed class MinuteLimitTests
{
    private const int Requests = 1_000;
    private const int Limit = 60;

    // A burst that runs over the end of its minute proves nothing about a minute, and is sent again with a fresh channel: then a minute has just begun.
    private const int Tries = 3;
    private static readonly TimeSpan Room = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task Of_a_thousand_simultaneous_requests_exactly_the_limit_passes(int processes) => AssertExactAsync(processes, store: null);

    [Theory, OnSqlServer]
    public async Task On_SQL_Server_exactly_the_limit_passes_as_well(DatabaseEngine engine)
    {
        await using var store = await EmptyDatabase.CreateAsync(engine);
        await AssertExactAsync(processes: 3, store);
    }

    [Fact]
    public async Task The_control_arm_that_reads_before_it_writes_lets_more_pass()
    {
        await using var naive = await NaiveService.StartAsync(Limit, allocated: 1_000_000, cost: 1);
        var outcomes = await BurstAsync([naive.Client], NaiveService.ChannelKey);
        Assert.True(outcomes.Count(outcome => outcome.Status == 200) > Limit, Tally(outcomes));
    }

    private static async Task AssertExactAsync(int processes, EmptyDatabase? store)
    {
        await using var deployment = await Deployment.StartAsync(processes, store);
        HttpClient[] clients = [.. deployment.Processes.Select(process => process.Client)];
        await WarmUpAsync(deployment, clients);
        for (var attempt = 1; ; attempt++)
        {
            var key = await deployment.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = Limit });
            var minute = await BurstMinuteAsync();
            var outcomes = await BurstAsync(clients, key);
            if (Minute() != minute && attempt < Tries)
                continue;

            Assert.Equal($"{Limit} 200, {Requests - Limit} 429 rate_limit_exceeded", Tally(outcomes));
            Assert.Equal(Deployment.CleanAudit, await deployment.AuditAsync());
            if (store is null)
                Assert.Empty(deployment.Books.Faults());
            return;
        }
    }

    private static async Task WarmUpAsync(Deployment deployment, HttpClient[] clients)
    {
        var key = await deployment.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 100_000 });
        foreach (var client in clients)
            await Task.WhenAll(Enumerable.Range(0, 20).Select(index => client.ChatAsync(key, $"{client.BaseAddress} {index}")));
    }

    private static async Task<Outcome[]> BurstAsync(HttpClient[] clients, string key)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, Requests).Select(async index =>
        {
            await go.Task;
            return await clients[index % clients.Length].ChatAsync(key, $"request {index}");
        }).ToArray();
        go.SetResult();
        return await Task.WhenAll(calls);
    }

    // The product counts in real minutes here, so only the real clock can say when one begins.
    private static async Task<long> BurstMinuteAsync()
    {
        var left = TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(TimeProvider.System.GetUtcNow().Ticks % TimeSpan.TicksPerMinute);
        if (left < Room)
            await Task.Delay(left + TimeSpan.FromMilliseconds(50), TimeProvider.System);
        return Minute();
    }

    private static long Minute() => TimeProvider.System.GetUtcNow().Ticks / TimeSpan.TicksPerMinute;

    private static string Tally(IEnumerable<Outcome> outcomes) => string.Join(
        ", ",
        outcomes.GroupBy(outcome => (outcome.Status, outcome.Code)).OrderBy(group => group.Key.Status).Select(group => $"{group.Count()} {$"{group.Key.Status} {group.Key.Code}".Trim()}"));
}
