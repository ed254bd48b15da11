using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>Writes that meet share a transaction of the embedded database, and are otherwise as if they had not met.</summary>
public sealed class WriteGroupTests : IDisposable
{
    private static readonly Sql Make = Sql.Of(sqlite: "CREATE TABLE lines (id INTEGER PRIMARY KEY, value INTEGER NOT NULL CHECK (value < 1000));", sqlServer: "SELECT 1;");
    private static readonly Sql Add = Sql.Of(sqlite: "INSERT INTO lines (id, value) VALUES (@id, @value);", sqlServer: "SELECT 1;");
    private static readonly Sql Ids = Sql.Of(sqlite: "SELECT id FROM lines ORDER BY id;", sqlServer: "SELECT 1;");
    private static readonly Sql Lose = Sql.Of(sqlite: "INSERT OR ROLLBACK INTO lines (id, value) VALUES (@id, 1000);", sqlServer: "SELECT 1;");

    private readonly TemporaryStore _store = new();
    private readonly SqliteDatabase _database;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WriteGroupTests() => _database = _store.Open();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Each_of_many_is_kept_or_discarded_or_fails_by_itself(int seed)
    {
        var random = new Random(seed);
        var kinds = Enumerable.Range(0, 400).Select(_ => (Kind)random.Next(4)).ToArray();
        var gate = await HoldAsync();

        var writes = kinds.Select((kind, id) => WriteAsync(id, kind)).ToArray();
        _release.SetResult();
        await gate;

        for (var id = 0; id < kinds.Length; id++)
        {
            if (kinds[id] is Kind.Fails or Kind.BreaksARule)
                await Assert.ThrowsAnyAsync<Exception>(() => writes[id]);
            else
                Assert.Equal(id, await writes[id]);
        }

        Assert.Equal(Enumerable.Range(0, kinds.Length).Where(id => kinds[id] == Kind.IsKept), await IdsAsync());
    }

    // The control is the last of the cases: what has to be undone among others makes all of them run again.
    [Theory]
    [InlineData(false, false, 1)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 2)]
    [InlineData(true, true, 2)]
    public async Task Works_run_once_where_nothing_has_to_be_undone(bool fails, bool changesSomething, int runs)
    {
        var gate = await HoldAsync();
        var ran = new int[10];
        var kept = Enumerable.Range(0, 10).Select(id => _database.WriteIdempotentAsync(
            async session =>
            {
                ran[id]++;
                return await session.ExecuteAsync(Add, new { id, value = id });
            },
            CancellationToken.None)).ToArray();
        var other = _database.WriteIdempotentAsync(
            async session =>
            {
                if (changesSomething)
                    await session.ExecuteAsync(Add, new { id = 10, value = 10 });
                if (fails)
                    throw new InvalidOperationException("It was not meant.");
                session.Discard();
                return 0;
            },
            CancellationToken.None);
        _release.SetResult();
        await gate;

        await Task.WhenAll(kept);
        if (fails)
            await Assert.ThrowsAsync<InvalidOperationException>(() => other);
        else
            Assert.Equal(0, await other);
        Assert.All(ran, times => Assert.Equal(runs, times));
        Assert.Equal(Enumerable.Range(0, 10), await IdsAsync());
    }

    // SQLite rolls back the whole transaction here, as it does for a full disk: what others had done in it is done again.
    [Fact]
    public async Task A_fault_that_ends_the_transaction_fails_its_own_write_alone()
    {
        var gate = await HoldAsync();
        var before = Enumerable.Range(0, 5).Select(id => WriteAsync(id, Kind.IsKept)).ToArray();
        var broken = _database.WriteIdempotentAsync(session => session.ExecuteAsync(Lose, new { id = 5 }), CancellationToken.None);
        var after = Enumerable.Range(6, 5).Select(id => WriteAsync(id, Kind.IsKept)).ToArray();
        _release.SetResult();
        await gate;

        await Assert.ThrowsAnyAsync<Exception>(() => broken);
        await Task.WhenAll([.. before, .. after]);
        Assert.Equal([0, 1, 2, 3, 4, 6, 7, 8, 9, 10], await IdsAsync());
    }

    [Fact]
    public async Task Those_who_wait_are_committed_together_and_none_is_answered_before()
    {
        var gate = await HoldAsync();
        var seen = 0;
        var writes = Enumerable.Range(0, 20).Select(id => _database.WriteIdempotentAsync(
            async session =>
            {
                await session.ExecuteAsync(Add, new { id, value = id });
                // The reader is another connection: it sees what is committed.
                seen += (await IdsAsync()).Count;
                return id;
            },
            CancellationToken.None)).ToArray();
        Assert.All(writes, write => Assert.False(write.IsCompleted));
        _release.SetResult();
        await gate;
        await Task.WhenAll(writes);

        Assert.Equal(0, seen);
        Assert.Equal(20, (await IdsAsync()).Count);
    }

    [Fact]
    public async Task Who_hangs_up_while_waiting_leaves_nothing_and_does_not_wait_on()
    {
        using var hangUp = new CancellationTokenSource();
        var gate = await HoldAsync();
        var leaving = _database.WriteIdempotentAsync(session => session.ExecuteAsync(Add, new { id = 1, value = 1 }), hangUp.Token);
        var staying = WriteAsync(2, Kind.IsKept);
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        _release.SetResult();
        await gate;
        await staying;
        Assert.Equal([2], await IdsAsync());
    }

    // A write that stands in its transaction until it is let go: whoever writes meanwhile waits for the next.
    private async Task<Task> HoldAsync()
    {
        await _database.WriteIdempotentAsync(session => session.ExecuteAsync(Make), CancellationToken.None);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = _database.WriteIdempotentAsync(
            async _ =>
            {
                entered.SetResult();
                await _release.Task;
                return 0;
            },
            CancellationToken.None);
        await entered.Task;
        return held;
    }

    private Task<int> WriteAsync(int id, Kind kind) => _database.WriteIdempotentAsync(
        async session =>
        {
            await session.ExecuteAsync(Add, new { id, value = kind == Kind.BreaksARule ? 1_000 : id });
            if (kind == Kind.Fails)
                throw new InvalidOperationException("It was not meant.");
            if (kind == Kind.IsDiscarded)
                session.Discard();
            return id;
        },
        CancellationToken.None);

    private Task<IReadOnlyList<int>> IdsAsync() => _database.ReadAsync(session => session.ListAsync<int>(Ids), CancellationToken.None);

    private enum Kind
    {
        IsKept,
        IsDiscarded,
        Fails,
        BreaksARule,
    }
}
