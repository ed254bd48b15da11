using Chat.Server.Tests.Hosting;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Copying;

/// <summary>The command <c>database copy</c> over many rows: it can be killed, and needs no more memory. Beside the other tests of it, as each takes its time.</summary>
public sealed class CopyOfManyRowsTests : CopyTest
{
    // As objects, a row is more than 500 bytes: whoever held them all would need 100 MB, of a heap that may have 64; or, of a part of them, half of each.
    private static readonly int ManyRows = Extent.Of(200_000, oneIn: 2);
    private static readonly string Heap = Extent.IsWhole ? "0x4000000" : "0x2000000";

    // Seed, and how many lines of progress there are before the first kill: one comes at the first transaction of a table, and every 10,000 rows.
    public static TheoryData<int, int> Kills
    {
        get
        {
            var kills = new TheoryData<int, int>();
            foreach (var (seed, lines) in Extent.Of([(2, 5), (1, 1)], oneIn: 2))
                kills.Add(seed, lines);
            return kills;
        }
    }

    [Theory]
    [MemberData(nameof(Kills))]
    public async Task Killed_and_started_again_it_ends_with_the_same(int seed, int line)
    {
        new BusyStore(Source, new Random(40 + seed)).Live(1_000);
        // Many more than are copied until the kill comes, on a machine that has much else to do.
        AddRowsOfUsage(ManyRows);
        foreach (var lines in new[] { line, 2 })
        {
            await using (var process = ServerProcess.Start(Folder, [], "database", "copy", "--to", To))
            {
                for (var read = 0; read < lines; read++)
                    await process.ReadErrorLineAsync();
            }

            // The control: what is killed here has not done its work.
            await Target.MigrateAsync();
            Assert.Equal(["0"], Target.Query("SELECT COUNT(*) FROM channel_usage"));
        }

        var result = await ProgramRun.RunAsync(Folder, "database", "copy", "--to", To);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(StoreDump.Of(Source), StoreDump.Of(Target));
    }

    [Fact]
    public async Task It_needs_the_same_memory_however_much_there_is()
    {
        new BusyStore(Source, new Random(34)).Live(100);
        AddRowsOfUsage(ManyRows);

        var result = await ServerProcess.RunAsync(Folder, new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = Heap }, "database", "copy", "--to", To);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(Source.Query("SELECT COUNT(*), SUM(credits) FROM usage"), Target.Query("SELECT COUNT(*), SUM(credits) FROM usage"));
    }

    private void AddRowsOfUsage(int rows) => Source.Execute($"""
        WITH RECURSIVE lines (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM lines WHERE n < {rows})
        INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at)
        SELECT (SELECT MIN(channel_id) FROM channels), printf('00000000-0000-4000-9000-%012x', n), 'llama-3.3-70b-versatile', 'mock/llama-3.3-70b', 41, 9, 50, 872, n FROM lines;
        INSERT INTO credit_grants (channel_id, credits, note, created_at) SELECT MIN(channel_id), 50 * {rows}, 'for them', 1 FROM channels;
        UPDATE channel_usage SET allocated = allocated + 50 * {rows}, consumed = consumed + 50 * {rows} WHERE channel_id = (SELECT MIN(channel_id) FROM channels);
        """);
}
