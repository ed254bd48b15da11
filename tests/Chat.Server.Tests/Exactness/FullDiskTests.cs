using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Exactness;

/// <summary>A disk that is full: 503, nothing charged, no provider called; and no restart when there is room again.</summary>
[Collection(ProcessTests.Name)]
public sealed class FullDiskTests
{
    private const long Cost = 50_000;

    [LinuxFact]
    public async Task While_the_disk_is_full_nobody_is_asked_or_charged_and_afterwards_all_works_again()
    {
        await using var deployment = await Deployment.StartAsync(processes: 1);
        var server = deployment.Processes[0];
        var key = await deployment.CreateChannelAsync([]);
        Assert.Equal(200, (await server.Client.ChatAsync(key, "before")).Status);

        using (FullDisk.Of(server))
        {
            var refused = await Task.WhenAll(Enumerable.Range(0, 20).Select(index => server.Client.ChatAsync(key, $"while {index}")));
            Assert.All(refused, outcome => Assert.Equal(new Outcome(503, "service_unavailable"), outcome));
            Assert.Single(deployment.Upstream.Requests);
            using var alive = await server.Client.GetAsync("/healthz");
            Assert.Equal(200, (int)alive.StatusCode);
        }

        Assert.Equal(200, (await server.Client.ChatAsync(key, "after")).Status);
        Assert.Empty(deployment.Books.Faults());
        Assert.Equal(2 * Cost, deployment.Books.ReadBalances().Sum(balance => balance.Consumed));
    }

    [LinuxFact]
    public async Task A_reply_that_comes_while_the_disk_is_full_is_stored_and_charged_once_there_is_room()
    {
        await using var deployment = await Deployment.StartAsync(processes: 1);
        var server = deployment.Processes[0];
        var key = await deployment.CreateChannelAsync([]);
        FullDisk? full = null;
        deployment.Upstream.OnRequest = async (request, context) =>
        {
            full ??= FullDisk.Of(server);
            await FakeUpstream.Answer(context, "A reply.");
        };

        var answer = server.Client.ChatAsync(key, "hi");
        // Refused for want of room, the service has a reply in hand that it could not store.
        await Eventually.TrueAsync(() => full is not null);
        Assert.Equal(503, (await server.Client.ChatAsync(key, "another")).Status);
        Assert.False(answer.IsCompleted);
        full!.Dispose();

        Assert.Equal(200, (await answer).Status);
        Assert.Empty(deployment.Books.Faults());
        var balance = deployment.Books.ReadBalances().Single(balance => balance.Consumed > 0);
        Assert.Equal((Cost, 0L), (balance.Consumed, balance.Reserved));
    }
}
