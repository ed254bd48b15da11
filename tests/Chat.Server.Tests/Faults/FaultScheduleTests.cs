using System.Collections.Concurrent;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;
using Xunit.Abstractions;

namespace Chat.Server.Tests.Faults;

/// <summary>
/// Hundreds of chats and grants over a database that fails at random points, by a seed: connections break, deadlocks happen, and
/// replies to commits are lost, before and after the engine had them. Every answer must be true, and the books must add up.
/// </summary>
public sealed class FaultScheduleTests(ITestOutputHelper output)
{
    private const int Operations = 360;
    private const int AtOnce = 8;
    private const int GrantsOneIn = 6;
    private const int GrantedCredits = 3;

    // How many replies to commits are lost, of every kind. The control arms lose enough to be found out by every seed and schedule.
    private const double FewLost = 0.16, ManyLost = 0.5;

    private const long FirstGrant = 1_000_000_000_000;

    public static TheoryData<int> Seeds => [.. Extent.Of([20260405, 1], oneIn: 2)];

    public static TheoryData<int> SeedsOfOutages => [.. Extent.Of([20260405, 7], oneIn: 2)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_fails_everything_is_answered_and_kept_once(int seed)
    {
        // Patience that a busy machine does not exhaust.
        await using var service = await FaultyService.StartAsync(budget: TimeSpan.FromMinutes(10));
        var history = await RunAsync(service, seed, FewLost);

        Assert.All(history.Chats, chat => Assert.Contains(chat.Status, (int[])[200, 500]));
        Assert.All(history.Grants, status => Assert.Equal(201, status));
        Assert.Empty(await FaultsAsync(service, history));
        Assert.True(history.LostReplies > 30 && history.OtherFaults > 30, history.ToString());
    }

    // The same, without a mark and without a look: what was lost is simply done again.
    [Fact]
    public async Task The_control_arm_that_retries_blindly_is_found_out()
    {
        await using var service = await FaultyService.StartAsync(rewrite: text => text switch
        {
            _ when text.StartsWith("INSERT INTO commit_marks", StringComparison.Ordinal) => "SELECT 1;",
            _ when text.StartsWith("SELECT COUNT(*) FROM commit_marks", StringComparison.Ordinal) => "SELECT 0;",
            _ when text.StartsWith("SELECT COUNT(*) FROM usage WHERE message_id", StringComparison.Ordinal) => "SELECT 0;",
            _ => text,
        });
        var faults = await FaultsAsync(service, await RunAsync(service, seed: 1, ManyLost));
        output.WriteLine(string.Join('\n', faults));
        Assert.Contains(faults, fault => fault.StartsWith("granted", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("charged and not answered", StringComparison.Ordinal));
    }

    // And where a lost reply is taken for success: looks are answered with yes.
    [Fact]
    public async Task The_control_arm_that_takes_a_lost_reply_for_success_is_found_out()
    {
        await using var service = await FaultyService.StartAsync(rewrite: text =>
            text.StartsWith("SELECT COUNT(*) FROM commit_marks", StringComparison.Ordinal) ? "SELECT 1;" : text);
        var faults = await FaultsAsync(service, await RunAsync(service, seed: 1, ManyLost));
        output.WriteLine(string.Join('\n', faults));
        Assert.Contains(faults, fault => fault.StartsWith("granted", StringComparison.Ordinal));
    }

    // Outages that outlast every patience: some outcomes stay unknown to the caller, and none to the books.
    [Theory]
    [MemberData(nameof(SeedsOfOutages))]
    public async Task Outages_longer_than_all_patience_leave_the_books_right(int seed)
    {
        await using var service = await FaultyService.StartAsync(budget: TimeSpan.FromMilliseconds(60));
        var history = await RunAsync(service, seed, FewLost, outages: true);
        // What the outages left pending, the leases give back; the sweep after them is at most a minute off.
        service.App.Time.Advance(TimeSpan.FromMinutes(6));
        await Eventually.TrueAsync(() => service.Scalar("SELECT COUNT(*) FROM turns WHERE state = 0") == 0);

        Assert.Contains(history.Chats, chat => chat.Status == 503);
        Assert.Equal("[]", await service.AuditAsync());
        Assert.Equal(0, service.Scalar("SELECT SUM(reserved) FROM channel_usage"));
        var answered = history.Chats.Where(chat => chat.Status == 200).Select(chat => chat.MessageId!).ToHashSet(StringComparer.Ordinal);
        var charged = Charged(service);
        Assert.Empty(answered.Except(charged));
        // Who was told 503 was told that nobody knew; who was told that the provider had failed was not charged.
        Assert.InRange(charged.Except(answered).Count(), 0, history.Chats.Count(chat => chat.Status == 503));
        var granted = (service.Scalar("SELECT SUM(allocated) FROM channel_usage") - FirstGrant) / (GrantedCredits * 1_000_000L);
        Assert.InRange(granted, history.Grants.Count(status => status == 201), history.Grants.Count);
    }

    private static HashSet<string> Charged(FaultyService service) => Rows.Texts(service.App, "SELECT message_id FROM usage");

    // What the books say, and what the callers were told, beside each other.
    private static async Task<IReadOnlyList<string>> FaultsAsync(FaultyService service, History history)
    {
        service.App.Time.Advance(TimeSpan.FromSeconds(5));
        var failed = history.Chats.Count(chat => chat.Status == 500);
        List<string> faults = [];
        if (await service.AuditAsync() is var audit && audit != "[]")
            faults.Add($"audit: {audit}");
        var granted = service.Scalar("SELECT SUM(allocated) FROM channel_usage") - FirstGrant;
        var told = history.Grants.Count(status => status == 201) * GrantedCredits * 1_000_000L;
        if (granted != told)
            faults.Add($"granted {granted}, told {told}");
        var answered = history.Chats.Where(chat => chat.Status == 200).Select(chat => chat.MessageId!).ToHashSet(StringComparer.Ordinal);
        var charged = Charged(service);
        faults.AddRange(answered.Except(charged).Select(id => $"answered and not charged: {id}"));
        faults.AddRange(charged.Except(answered).Select(id => $"charged and not answered: {id}"));
        if (service.Scalar("SELECT COUNT(*) FROM turns WHERE state = 0") is var pending and > 0)
            faults.Add($"pending: {pending}");
        if (service.Scalar("SELECT SUM(day_count) FROM channel_usage") is var counted && counted != answered.Count)
            faults.Add($"counted {counted} in the day, answered {answered.Count}");
        if (faults.Count == 0)
            await Eventually.TrueAsync(() => service.Scalar("SELECT COALESCE(SUM(count), 0) FROM refusals WHERE kind = 1") == failed);
        return faults;
    }

    private static async Task RunClockAsync(FaultyService service, CancellationToken cancellationToken)
    {
        // Persistence waits on the application's clock, which only a test moves: ten times as fast as the machine's.
        while (!cancellationToken.IsCancellationRequested)
        {
            service.App.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task<History> RunAsync(FaultyService service, int seed, double lost, bool outages = false)
    {
        var history = new History(lost);
        var random = new Random(seed);
        service.Upstream.OnRequest = async (request, context) =>
        {
            if (request.Question.EndsWith('7'))
                context.Response.StatusCode = 400;
            else
                await FakeUpstream.Answer(context, "A reply.");
        };
        service.Plan(moment => history.FaultAt(moment, random));
        using var over = new CancellationTokenSource();
        var clock = RunClockAsync(service, over.Token);
        await Parallel.ForEachAsync(Enumerable.Range(0, Operations), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, cancellationToken) =>
        {
            if (outages && index % 60 == 30)
                await OutageAsync(history, cancellationToken);
            if (index % GrantsOneIn == 0)
                history.Grants.Add(await GrantAsync(service, index));
            else
                history.Chats.Add(await ChatAsync(service, index));
        });
        await over.CancelAsync();
        await clock;
        service.Mend();
        output.WriteLine(history.ToString());
        return history;
    }

    private static async Task OutageAsync(History history, CancellationToken cancellationToken)
    {
        history.IsDown = true;
        await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, cancellationToken);
        history.IsDown = false;
    }

    private static async Task<int> GrantAsync(FaultyService service, int index)
    {
        using var response = await service.GrantAsync(GrantedCredits, index % (2 * GrantsOneIn) == 0 ? $"grant-{index}" : null);
        return (int)response.StatusCode;
    }

    private static async Task<(int Status, string? MessageId)> ChatAsync(FaultyService service, int index)
    {
        using var response = await service.App.SendAsync(service.Channel, $"question {index}", $"session-{index % 40}");
        return ((int)response.StatusCode, (string?)(await response.JsonAsync())["message_id"]);
    }

    /// <summary>What befell the store, and what its callers were told.</summary>
    private sealed class History(double lost)
    {
        private const double Broken = 0.01;

        private static readonly (int Number, byte Severity)[] Passing = [(1205, 13), (1222, 16), (3960, 16), (-2, 11), (10054, 20), (64, 20)];

        private readonly Lock _gate = new();

        public ConcurrentBag<(int Status, string? MessageId)> Chats { get; } = [];

        public ConcurrentBag<int> Grants { get; } = [];

        public int LostReplies { get; private set; }

        public int OtherFaults { get; private set; }

        public bool IsDown { get; set; }

        public Exception? FaultAt(Moment moment, Random random)
        {
            lock (_gate)
            {
                var drawn = random.NextDouble();
                if (IsDown)
                    return moment.Step == Step.Close ? null : SqlFault.Of(10060, 20);
                if (moment.Step is Step.Commit or Step.Committed)
                    return drawn < lost / 2 ? Lost() : null;
                if (drawn >= Broken)
                    return null;
                OtherFaults++;
                return SqlFault.Of(Passing[random.Next(Passing.Length)]);
            }

            Exception Lost()
            {
                LostReplies++;
                return SqlFault.Of(10054, 20);
            }
        }

        public override string ToString()
        {
            var chats = string.Join(", ", Chats.GroupBy(chat => chat.Status).OrderBy(group => group.Key).Select(group => $"{group.Count()} x {group.Key}"));
            var grants = string.Join(", ", Grants.GroupBy(status => status).OrderBy(group => group.Key).Select(group => $"{group.Count()} x {group.Key}"));
            return $"{LostReplies} lost replies, {OtherFaults} other faults; chats: {chats}; grants: {grants}";
        }
    }
}
