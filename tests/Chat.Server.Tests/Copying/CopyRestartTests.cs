using Chat.Server.Storage.Copying;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Copying;

/// <summary>
/// A copy is broken off at seeded points, between transactions and within them, while its source lives on; then it is left to
/// end, and must be the same as a copy that nothing befell.
/// </summary>
public sealed class CopyRestartTests
{
    private const int Attempts = 9;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Extent.Of(8, oneIn: 4))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_copy_that_was_broken_off_ends_as_one_that_was_not(int seed)
    {
        var random = new Random(seed);
        using var source = new TemporaryStore();
        using var target = new TemporaryStore();
        await source.MigrateAsync();
        var life = new BusyStore(source, random);
        life.Live(2_500);

        var brokenOff = 0;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await IsBrokenOffAsync(source, target, random))
            {
                brokenOff++;
                // The control: what it left is not the source. And nothing of it can be served: the accounts are not there.
                Assert.NotEqual(StoreDump.Of(source), StoreDump.Of(target));
                Assert.Equal(["0"], target.Query("SELECT COUNT(*) FROM channel_usage"));
            }

            life.Live(random.Next(1, 200));
        }

        var report = await Copies.RunAsync(source, target);

        Assert.True(brokenOff >= 2, $"Only {brokenOff} of {Attempts} were broken off.");
        Assert.True(report.IsRight, string.Join('\n', report.Audit.Violations));
        Assert.Equal(StoreDump.Of(source), StoreDump.Of(target));
        using var fresh = new TemporaryStore();
        await Copies.RunAsync(source, fresh);
        Assert.Equal(StoreDump.Of(fresh), StoreDump.Of(target));
    }

    [Fact]
    public async Task A_copy_of_nothing_new_writes_nothing_but_the_accounts()
    {
        using var source = new TemporaryStore();
        using var target = new TemporaryStore();
        await source.MigrateAsync();
        new BusyStore(source, new Random(7)).Live(2_000);
        await Copies.RunAsync(source, target);

        List<CopyProgress> written = [];
        var report = await Copies.RunAsync(source, target, written.Add);

        Assert.True(report.IsRight);
        Assert.All(written, step => Assert.Equal("channel_usage", step.Table));
        Assert.Equal(2, written.Count);
    }

    // Between transactions, when the copy tells of one; or within one, when the target's engine refuses a row. The accounts,
    // which come back last, are left alone: past them there is nothing to break off.
    private static async Task<bool> IsBrokenOffAsync(TemporaryStore source, TemporaryStore target, Random random)
    {
        if (random.Next(2) == 0)
        {
            using var stop = new CancellationTokenSource();
            var left = random.Next(1, 12);
            return await FailsAsync(() => Copies.RunAsync(source, target, step => { if (--left == 0 && step is not { Table: "channel_usage", Step: "copied" }) stop.Cancel(); }, stop.Token));
        }

        await target.MigrateAsync();
        var table = new[] { "channels", "usage", "feedback", "refusals", "threads", "turns" }[random.Next(6)];
        var rows = random.Next(0, 600);
        var operation = new[] { "INSERT", "UPDATE", "DELETE" }[random.Next(3)];
        target.Execute($"CREATE TRIGGER refused BEFORE {operation} ON {table} WHEN (SELECT COUNT(*) FROM {table}) >= {rows} BEGIN SELECT RAISE(ABORT, 'refused'); END;");
        try
        {
            return await FailsAsync(() => Copies.RunAsync(source, target));
        }
        finally
        {
            target.Execute("DROP TRIGGER refused;");
        }
    }

    private static async Task<bool> FailsAsync(Func<Task> copy)
    {
        try
        {
            await copy();
            return false;
        }
        catch (Exception fault) when (fault is OperationCanceledException or CopyException)
        {
            return true;
        }
    }
}
