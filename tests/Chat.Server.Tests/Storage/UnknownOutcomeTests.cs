using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// A commit whose reply is lost was kept, or was not: it is looked up, so that every write is kept exactly once and every answer
/// is true. The store is a real one; its faults are injected below all of our code.
/// </summary>
public sealed class UnknownOutcomeTests : IAsyncLifetime
{
    private const string Mark = "FROM commit_marks";

    private static readonly Sql Insert = Sql.Portable("INSERT INTO dbo.data_protection_keys (friendly_name, xml, created_at) VALUES (@text, @text, 0);");

    private static readonly Sql Count = Sql.Portable("SELECT COUNT(*) FROM dbo.data_protection_keys;");

    private readonly TemporaryStore _store = new();
    private int _works;

    public Task InitializeAsync() => _store.MigrateAsync();

    public Task DisposeAsync()
    {
        _store.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData(1205)]
    [InlineData(1222)]
    [InlineData(3960)]
    [InlineData(2601)]
    [InlineData(-2)]
    [InlineData(10054)]
    [InlineData(40613)]
    public async Task A_passing_fault_before_the_commit_costs_a_second_run_and_nothing_else(int number)
    {
        using var database = Faulty(Once(Step.Statement, "data_protection_keys", SqlFault.Of(number)));
        Assert.Equal("result 2", await WriteAsync(database));
        Assert.Equal(1, Rows);
    }

    [Theory]
    [InlineData(Step.Open)]
    [InlineData(Step.Begin)]
    public async Task A_connection_that_breaks_before_anything_was_said_is_replaced(Step step)
    {
        using var database = Faulty(Once(step, "", SqlFault.Of(10054, 20)));
        Assert.Equal("result 1", await WriteAsync(database));
        Assert.Equal(1, Rows);
    }

    [Fact]
    public async Task A_read_is_repeated_from_its_start()
    {
        using var database = Faulty(Once(Step.Executed, "data_protection_keys", SqlFault.Of(64, 20)));
        Assert.Equal(0, await database.ReadAsync(session => session.FirstOrDefaultAsync<int>(Count), CancellationToken.None));
    }

    [Fact]
    public async Task A_mistake_of_ours_is_not_repeated()
    {
        using var database = Faulty(Once(Step.Statement, "data_protection_keys", SqlFault.Of(208)));
        await Assert.ThrowsAsync<Microsoft.Data.SqlClient.SqlException>(() => WriteAsync(database));
        Assert.Equal((1, 0L), (_works, Rows));
    }

    [Theory]
    [InlineData(Step.Commit, "result 2", 2)]
    [InlineData(Step.Committed, "result 1", 1)]
    public async Task A_commit_whose_reply_is_lost_is_looked_up_and_kept_once(Step step, string result, int works)
    {
        using var database = Faulty(Once(step, "data_protection_keys", SqlFault.Of(10054, 20)));
        Assert.Equal(result, await WriteAsync(database));
        Assert.Equal((works, 1L), (_works, Rows));
    }

    // The control arms: what becomes of the same faults where a lost reply is guessed at.
    [Fact]
    public async Task Control_arm_a_blind_retry_keeps_it_twice()
    {
        using var database = Faulty(Once(Step.Committed, "data_protection_keys", SqlFault.Of(10054, 20)));
        await database.WriteIdempotentAsync(WorkAsync, CancellationToken.None);
        Assert.Equal(2, Rows);
    }

    [Fact]
    public async Task Control_arm_a_guess_that_it_failed_is_wrong()
    {
        using var database = Faulty(Once(Step.Committed, "data_protection_keys", SqlFault.Of(10054, 20)));
        await database.WriteAsync(WorkAsync, (_, _) => Task.FromResult(false), CancellationToken.None);
        Assert.Equal(2, Rows);
    }

    [Fact]
    public async Task Control_arm_a_guess_that_it_succeeded_is_wrong()
    {
        using var database = Faulty(Once(Step.Commit, "data_protection_keys", SqlFault.Of(10054, 20)));
        await database.WriteAsync(WorkAsync, (_, _) => Task.FromResult(true), CancellationToken.None);
        Assert.Equal(0, Rows);
    }

    [Theory]
    [InlineData(Step.Commit)]
    [InlineData(Step.Committed)]
    public async Task A_look_up_that_fails_is_repeated(Step step)
    {
        using var database = Faulty(
            Once(step, "data_protection_keys", SqlFault.Of(10054, 20)),
            Once(Step.Statement, Mark, SqlFault.Of(-2)),
            Once(Step.Executed, Mark, SqlFault.Of(10053, 20)),
            Once(Step.Statement, Mark, SqlFault.Of(18456, 14)));
        await WriteAsync(database);
        Assert.Equal(1, Rows);
    }

    [Theory]
    [InlineData(Step.Commit, 0)]
    [InlineData(Step.Committed, 1)]
    public async Task What_cannot_be_looked_up_either_is_said_to_be_unknown_and_not_repeated(Step step, long rows)
    {
        using var database = Faulty(
            TimeSpan.FromMilliseconds(200),
            Once(step, "data_protection_keys", SqlFault.Of(10054, 20)),
            moment => moment.Is(Step.Statement, Mark) ? SqlFault.Of(10060, 20) : null);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => WriteAsync(database));
        Assert.Equal((1, rows), (_works, Rows));
    }

    [Fact]
    public async Task A_commit_that_arrives_after_the_look_up_meets_itself_and_is_kept_once()
    {
        using var database = Faulty(_ => null);
        var begun = 0;
        database.Plan = moment =>
        {
            if (moment.Step == Step.Begin && ++begun == 2)
                database.CommitLate();
            return moment.Step == Step.Commit && begun == 1 ? throw new LateCommitException() : Task.CompletedTask;
        };
        Assert.Equal("result 1", await WriteAsync(database));
        Assert.Equal((1, 1L), (_works, Rows));
        Assert.Equal(2, begun);
    }

    [Theory]
    [InlineData(Step.Commit)]
    [InlineData(Step.Committed)]
    public async Task A_caller_who_hangs_up_while_it_is_in_doubt_changes_nothing(Step step)
    {
        using var caller = new CancellationTokenSource();
        using var database = Faulty(moment =>
        {
            if (moment.Step == step && !caller.IsCancellationRequested)
            {
                caller.Cancel();
                return SqlFault.Of(10054, 20);
            }

            return null;
        });
        await database.WriteAsync(WorkAsync, caller.Token);
        Assert.Equal(1, Rows);
    }

    [Fact]
    public async Task A_connection_that_cannot_be_given_back_makes_nothing_undone()
    {
        using var database = Faulty(Once(Step.Close, "data_protection_keys", SqlFault.Of(10054, 20)));
        Assert.Equal("result 1", await WriteAsync(database));
        Assert.Equal((1, 1L), (_works, Rows));
    }

    [Fact]
    public async Task Discarded_work_stays_undone_whatever_befalls_its_connection()
    {
        using var database = Faulty(Once(Step.Close, "data_protection_keys", SqlFault.Of(10054, 20)));
        var result = await database.WriteAsync(
            async session =>
            {
                session.Discard();
                return await WorkAsync(session);
            },
            CancellationToken.None);
        Assert.Equal(("result 1", 0L), (result, Rows));
    }

    [Fact]
    public async Task Work_under_a_mark_of_its_own_is_done_once_however_often_it_is_handed_in()
    {
        var mark = Guid.CreateVersion7(Infrastructure.ChatApp.Noon);
        using var cutOff = Faulty(
            TimeSpan.FromMilliseconds(200),
            Once(Step.Committed, "data_protection_keys", SqlFault.Of(10054, 20)),
            moment => moment.Is(Step.Statement, Mark) && _works > 0 ? SqlFault.Of(10060, 20) : null);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => cutOff.WriteOnceAsync(mark, WorkAsync, CancellationToken.None));
        using var mended = Faulty(_ => null);
        await mended.WriteOnceAsync(mark, WorkAsync, CancellationToken.None);
        Assert.Equal((1, 1L), (_works, Rows));

        await mended.WriteOnceAsync(Guid.CreateVersion7(Infrastructure.ChatApp.Noon), WorkAsync, CancellationToken.None);
        Assert.Equal(2, Rows);
    }

    [Fact]
    public async Task Marks_are_purged_in_batches_once_nobody_looks_them_up_any_more()
    {
        using var database = Faulty(_ => null);
        for (var count = 0; count < 3; count++)
            await WriteAsync(database);
        var now = TimeProvider.System.GetUtcNow();
        Assert.Equal(0, await database.PurgeMarksAsync(now + TimeSpan.FromHours(23), 2, CancellationToken.None));
        Assert.Equal(2, await database.PurgeMarksAsync(now + TimeSpan.FromHours(25), 2, CancellationToken.None));
        Assert.Equal(1, await database.PurgeMarksAsync(now + TimeSpan.FromHours(25), 2, CancellationToken.None));
        Assert.Equal(["0"], _store.Query("SELECT COUNT(*) FROM commit_marks"));
    }

    // SQLite's own doubts. A commit that met a lock is open still, and known not to be kept: no look-up, and no unknown outcome.
    [Fact]
    public async Task A_commit_of_SQLite_that_met_a_reader_is_known_not_to_be_kept()
    {
        _store.Execute("PRAGMA journal_mode = DELETE");
        var lookUps = 0;
        using var database = new FaultyDatabase(
            _store.Open(new StorageOptions { BusyTimeout = TimeSpan.FromMilliseconds(50) }),
            (Moment moment) => { lookUps += moment.Is(Step.Statement, Mark) ? 1 : 0; });
        await using (var reader = _store.Connect())
        {
            await using var reading = reader.BeginTransaction(deferred: true);
            await using var command = reader.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM data_protection_keys";
            await command.ExecuteScalarAsync();
            var fault = await Assert.ThrowsAnyAsync<StoreUnavailableException>(() => WriteAsync(database));
            Assert.IsNotType<OutcomeUnknownException>(fault);
        }

        await WriteAsync(database);
        Assert.Equal((0, 1L), (lookUps, Rows));
    }

    private long Rows => long.Parse(_store.Query("SELECT COUNT(*) FROM data_protection_keys")[0], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A fault at the first moment of its kind that nothing else has befallen.</summary>
    private static Func<Moment, Exception?> Once(Step step, string word, Exception fault)
    {
        var left = 1;
        return moment => moment.Is(step, word) && Interlocked.Exchange(ref left, 0) == 1 ? fault : null;
    }

    private FaultyDatabase Faulty(params Func<Moment, Exception?>[] plans) => Faulty(TimeSpan.FromSeconds(5), plans);

    private FaultyDatabase Faulty(TimeSpan budget, params Func<Moment, Exception?>[] plans) => new(
        _store.Open(),
        moment =>
        {
            foreach (var plan in plans)
            {
                if (plan(moment) is { } fault)
                    throw fault;
            }
        },
        budget);

    private Task<string> WriteAsync(Database database) => database.WriteAsync(WorkAsync, CancellationToken.None);

    private async Task<string> WorkAsync(DbSession session)
    {
        var result = $"result {++_works}";
        await session.ExecuteAsync(Insert, new { text = "x" });
        return result;
    }
}
