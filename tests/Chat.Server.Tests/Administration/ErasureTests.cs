using Chat.Server.Tests.Copying;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Administration;

/// <summary>Deleting a channel leaves nothing of it in any table, and nothing else is touched; broken off, it goes on.</summary>
public sealed class ErasureTests : IAsyncLifetime
{
    // Several batches of everything, for one channel: 300 sessions of three turns.
    private const string ManyTurns = """
        WITH RECURSIVE lines (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM lines WHERE n < 300)
        INSERT INTO threads (channel_id, session_hash, created_at, expires_at) SELECT @channel, randomblob(32), 1, 4102444800000 FROM lines;
        WITH RECURSIVE lines (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM lines WHERE n < 3)
        INSERT INTO turns (message_id, channel_id, thread_id, state, model, message, reply, prompt_tokens, completion_tokens, reserved, charged, day_no, created_at, lease_until, finished_at)
        SELECT printf('00000000-0000-4000-a%03x-%012x', n, thread_id), @channel, thread_id, 1, 'guide', 'm', 'r', 1, 1, 0, 0, 1, 1, 1, 1 FROM threads, lines WHERE channel_id = @channel AND created_at = 1;
        INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at)
        SELECT channel_id, message_id, model, 'guide', 1, 1, 0, 1, 1 FROM turns WHERE channel_id = @channel AND created_at = 1;
        """;

    private readonly TemporaryStore _store = new();
    private ChatApp _app = null!;

    public async Task InitializeAsync()
    {
        await _store.MigrateAsync();
        new BusyStore(_store, new Random(51)).Live(1_000);
        _store.Execute(ManyTurns.Replace("@channel", Busiest().Number.ToString(), StringComparison.Ordinal));
        _app = new ChatApp(Path.GetDirectoryName(_store.FilePath)!);
        // No sweep may do the work that is tested.
        _app.With("Sessions:SweepInterval", "01:00:00");
        Assert.True(await IsSoundAsync());
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task Nothing_of_it_remains_in_any_table_and_everything_else_does()
    {
        var (number, id) = Busiest();
        var tables = StoreDump.Tables(_store);
        var owned = tables.Where(table => _store.Query($"SELECT 1 FROM pragma_table_info('{table}') WHERE name = 'channel_id'").Count > 0).ToList();
        Assert.All(owned.Except(["channels"]), table => Assert.True(CountOf(table, number) > 0, $"The test has no {table} of that channel."));
        var others = tables.SelectMany(table => Others(table, number)).ToList();

        Assert.Equal(204, await DeleteAsync(id));

        Assert.All(owned, table => Assert.Equal(0, CountOf(table, number)));
        Assert.Equal(others, tables.SelectMany(table => Others(table, number)));
        Assert.Empty(_store.Query("PRAGMA foreign_key_check"));
        Assert.True(await IsSoundAsync());
        Assert.Equal(404, await DeleteAsync(id));
        using var ledger = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{id}/ledger");
        await Problem.AssertAsync(ledger, "not_found");
    }

    // The last is the channel's own row: everything of it had gone by then.
    [Theory]
    [InlineData("turns", 0)]
    [InlineData("turns", 450)]
    [InlineData("threads", 150)]
    [InlineData("usage", 0)]
    [InlineData("usage", 520)]
    [InlineData("channels", 0)]
    public async Task Broken_off_the_channel_is_stopped_and_its_books_add_up_and_deleting_it_again_ends_it(string table, int rows)
    {
        var (number, id) = Busiest();
        _store.Execute($"CREATE TABLE deleted (n INTEGER); CREATE TRIGGER counting AFTER DELETE ON {table} BEGIN INSERT INTO deleted VALUES (1); END;");
        _store.Execute($"CREATE TRIGGER refusing BEFORE DELETE ON {table} WHEN (SELECT COUNT(*) FROM deleted) >= {rows} BEGIN SELECT RAISE(ABORT, 'refused'); END;");

        Assert.Equal(500, await DeleteAsync(id));

        Assert.Equal(1, CountOf("channels", number));
        using (var channel = await _app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{id}"))
            Assert.False((bool)(await channel.JsonAsync())["active"]!);
        Assert.True(await IsSoundAsync());
        // Batches that were done before stay done; what was refused undid its own alone.
        Assert.Equal(rows > 0, long.Parse(_store.Query("SELECT COUNT(*) FROM deleted")[0]) > 0);
        _store.Execute("DROP TRIGGER refusing; DROP TRIGGER counting; DROP TABLE deleted;");
        Assert.Equal(204, await DeleteAsync(id));
        Assert.All(StoreDump.Tables(_store).Except(["data_protection_keys"]), owned => Assert.Equal(0, CountOf(owned, number)));
        Assert.True(await IsSoundAsync());
    }

    private (long Number, string Id) Busiest()
    {
        var row = _store.Query("SELECT channel_id, public_id FROM channels WHERE channel_id IN (SELECT channel_id FROM alerts) ORDER BY (SELECT COUNT(*) FROM usage WHERE usage.channel_id = channels.channel_id) DESC LIMIT 1")[0].Split('|');
        return (long.Parse(row[0]), row[1]);
    }

    private long CountOf(string table, long channel) => long.Parse(_store.Query($"SELECT COUNT(*) FROM {table} WHERE channel_id = {channel}")[0]);

    private IEnumerable<string> Others(string table, long channel)
    {
        var owner = _store.Query($"SELECT name FROM pragma_table_info('{table}')").ToList().IndexOf("channel_id");
        return StoreDump.Of(_store, table).Where(row => owner < 0 || row[(table.Length + 2)..].Split('|')[owner] != channel.ToString());
    }

    private async Task<int> DeleteAsync(string id)
    {
        using var response = await _app.AdminAsync(HttpMethod.Delete, $"/admin/v1/channels/{id}");
        return (int)response.StatusCode;
    }

    private async Task<bool> IsSoundAsync()
    {
        using var response = await _app.AdminAsync(HttpMethod.Get, "/admin/v1/audit");
        var audit = await response.JsonAsync();
        return (bool)audit["ok"]! ? true : throw new InvalidOperationException(audit.ToJsonString());
    }
}
