using System.Text.Json.Nodes;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;
using Xunit.Abstractions;

namespace Chat.Server.Tests.Exactness;

/// <summary>
/// The bar: 10,000 chats at a balance for 1,000 replies (half of the chats and a quarter of the replies unless everything is asked for), with upstream failures, callers who hang up and duplicates, over
/// three processes. Every reply costs the same and every reservation is the same, so that the number of funded replies is
/// known beforehand, whatever the order: a reply is admitted while what is left covers the shortest one, and no longer.
/// </summary>
[Collection(ProcessTests.Name)]
public sealed class CreditsUnderLoadTests(ITestOutputHelper output)
{
    private const int Seed = 20260405;
    private static readonly int Chats = Extent.Of(10_000, oneIn: 2);
    private static readonly int FundedReplies = Extent.Of(1_000, oneIn: 4);
    private const int ShortestReply = 64;
    private const long MicroCreditsPerToken = 1_000;
    private const int PromptTokens = 41, CompletionTokens = 9;
    private const long Cost = (PromptTokens + CompletionTokens) * MicroCreditsPerToken;

    [Fact]
    public async Task Exactly_the_funded_replies_are_charged()
    {
        await using var deployment = await Deployment.StartAsync(processes: 3);
        var (driver, key) = await RunAsync(deployment, deployment.Books);
        await Eventually.TrueAsync(() => deployment.Books.Scalar("SELECT COUNT(*) FROM turns WHERE state = 0") == 0);

        Assert.Empty(driver.Faults);
        Assert.Empty(deployment.Books.Faults());
        var balance = deployment.Books.ReadBalances().Single(balance => balance.Consumed > 0);
        Assert.Equal((FundedReplies * Cost, 0L), (balance.Consumed, balance.Reserved));
        Assert.InRange(balance.Allocated - balance.Consumed, 0, Floor - 1);
        Assert.Equal(FundedReplies, deployment.Books.Scalar("SELECT COUNT(*) FROM turns WHERE state = 1"));
        // Nobody is asked without a turn. Of the turns that failed some asked nobody: so many fail here that circuits open now and then.
        Assert.InRange(deployment.Upstream.Requests.Count, FundedReplies, deployment.Books.Scalar("SELECT COUNT(*) FROM turns"));
        Assert.All(driver.Outcomes, pair => Assert.Contains(pair.Outcome.Status, new[] { 0, 200, 403, 409, 500 }));
        await AssertReplaysAsync(deployment, driver, key);
        Assert.Equal(Deployment.CleanAudit, await deployment.AuditAsync());
    }

    // The same on a server, where the service's own account and audit are all that is looked at.
    [Theory, OnSqlServer]
    public async Task On_SQL_Server_exactly_the_funded_replies_are_charged_as_well(DatabaseEngine engine)
    {
        await using var store = await EmptyDatabase.CreateAsync(engine);
        await using var deployment = await Deployment.StartAsync(processes: 3, store);
        var (driver, _) = await RunAsync(deployment, books: null);

        Assert.Empty(driver.Faults);
        var expected = Credits.FromMicro(FundedReplies * Cost);
        var started = TimeProvider.System.GetTimestamp();
        while (await deployment.CreditsConsumedAsync() < expected && TimeProvider.System.GetElapsedTime(started) < Eventually.Patience)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        Assert.Equal(expected, await deployment.CreditsConsumedAsync());
        Assert.Equal(Deployment.CleanAudit, await deployment.AuditAsync());
    }

    [Fact]
    public async Task The_control_arm_that_checks_and_then_spends_overspends_in_the_same_harness()
    {
        const int funded = 100;
        await using var naive = await NaiveService.StartAsync(perMinute: int.MaxValue, funded * Cost, Cost);
        var driver = new LoadDriver([naive.Client], NaiveService.ChannelKey, naive.Books);
        await driver.RunAsync(Load().Take(1_000));
        output.WriteLine(driver.Tally());
        Assert.Contains(driver.Faults, fault => fault.Contains("pass the allocated", StringComparison.Ordinal));
        Assert.True(naive.Books.Scalar("SELECT COUNT(*) FROM turns") > funded);
    }

    private async Task<(LoadDriver Driver, string Key)> RunAsync(Deployment deployment, Books? books)
    {
        deployment.Upstream.OnRequest = AnswerAsync;
        var key = await deployment.CreateChannelAsync(new JsonObject
        {
            ["requests_per_minute"] = 100_000,
            ["requests_per_day"] = 1_000_000,
            ["max_output_tokens"] = ShortestReply + 40,
            ["credits"] = Credits.FromMicro(((FundedReplies - 1) * Cost) + Floor),
        });
        var driver = new LoadDriver([.. deployment.Processes.Select(process => process.Client)], key, books, deployment.AuditAsync);
        var started = TimeProvider.System.GetTimestamp();
        await driver.RunAsync(Load());
        output.WriteLine($"{Chats} chats in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s, {driver.Looks} looks at the books: {driver.Tally()}");
        return (driver, key);
    }

    // With no credit left, and by whichever process: the first answer again, and nothing charged.
    private static async Task AssertReplaysAsync(Deployment deployment, LoadDriver driver, string key)
    {
        var answered = driver.Outcomes.Where(pair => pair.Chat.Twice && pair.Outcome.Status == 200).Take(40).ToArray();
        Assert.NotEmpty(answered);
        foreach (var (chat, first) in answered)
        {
            foreach (var process in deployment.Processes)
                Assert.Equal(first with { Replayed = true }, await process.Client.ChatAsync(key, chat.Message, chat.Key));
        }

        Assert.Equal(FundedReplies, deployment.Books.Scalar("SELECT COUNT(*) FROM usage"));
    }

    // What the shortest reply to any of the load's messages needs.
    private static long Floor => (TokenEstimate.OfMessage(PlannedChat.Load(Seed, 1)[0].Message) + ShortestReply) * MicroCreditsPerToken;

    private static IReadOnlyList<PlannedChat> Load() => PlannedChat.Load(Seed, Chats);

    private static async Task AnswerAsync(UpstreamRequest request, Microsoft.AspNetCore.Http.HttpContext context)
    {
        // Long enough that many reservations stand at once.
        await Task.Delay(TimeSpan.FromMilliseconds(request.Question.GetHashCode(StringComparison.Ordinal) & 7), TimeProvider.System);
        if (PlannedChat.MustFail(request.Question))
            context.Response.StatusCode = 503;
        else
            await FakeUpstream.Answer(context, "A reply.", PromptTokens, CompletionTokens);
    }
}
