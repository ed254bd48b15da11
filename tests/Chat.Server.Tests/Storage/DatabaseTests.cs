using Chat.Server.Storage;
using static Chat.Server.Tests.Storage.Samples;

namespace Chat.Server.Tests.Storage;

/// <summary>What every store relies on, whichever engine it runs on.</summary>
public sealed class DatabaseTests
{
    [Theory, OnSqlite, OnSqlServer]
    public async Task A_row_comes_back_as_it_was_written(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        var row = Row with
        {
            MaybeId = Guid.CreateVersion7(FineTime),
            MaybeAt = FineTime.ToOffset(TimeSpan.FromHours(5.5)),
            Texts = ["https://shop.example", "What's \"this\"? \\ 👩‍👩‍👧", ""],
            Body = "Grüße, 你好 👍🏽 \u202Eabc\nline 'two' -- ; @id",
            Amount = long.MaxValue,
        };

        var back = await WriteAndReadAsync(store.Database, row);

        var at = FineTime.AddTicks(-(FineTime.Ticks % TimeSpan.TicksPerMillisecond));
        Assert.Equal((row.Id, at, row.MaybeId, at, row.Body, row.Amount), (back.Id, back.At, back.MaybeId, back.MaybeAt, back.Body, back.Amount));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (back.At.Offset, back.MaybeAt!.Value.Offset));
        Assert.Equal(row.Texts, back.Texts);
        Assert.Equal(row.Hash, back.Hash);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task What_may_be_missing_comes_back_missing_and_an_empty_list_empty(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        var back = await WriteAndReadAsync(store.Database, Row with { Body = "" });
        Assert.Null(back.MaybeId);
        Assert.Null(back.MaybeAt);
        Assert.Empty(back.Texts);
        Assert.Equal("", back.Body);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_text_of_4000_units_is_kept_whole(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        var body = string.Concat(Enumerable.Repeat("👍", 1_999)) + "ß€";
        Assert.Equal(4_000, body.Length);
        Assert.Equal(body, (await WriteAndReadAsync(store.Database, Row with { Body = body })).Body);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Times_compare_as_times_to_the_millisecond(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        var row = Row;
        await WriteAndReadAsync(store.Database, row);
        Assert.Equal(1, await BetweenAsync(row.At, row.At.AddMilliseconds(1)));
        Assert.Equal(0, await BetweenAsync(row.At.AddMilliseconds(1), row.At.AddDays(1)));
        Assert.Equal(0, await BetweenAsync(row.At.AddDays(-1), row.At));

        Task<int> BetweenAsync(DateTimeOffset from, DateTimeOffset to) =>
            store.Database.ReadAsync(session => session.FirstOrDefaultAsync<int>(Between, new { from, to }), CancellationToken.None);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Work_that_fails_is_rolled_back_whole_and_its_fault_passes_through(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => store.Database.WriteAsync<bool>(
            async session =>
            {
                await session.ExecuteAsync(Insert, Row);
                await session.ExecuteAsync(Insert, Row);
                throw new InvalidTimeZoneException();
            },
            CancellationToken.None));
        Assert.Equal(0, await CountAsync(store.Database));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_statement_that_fails_takes_the_ones_before_it_along(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => store.Database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(Insert, Row);
                return await session.ExecuteAsync(Insert, Row with { Body = null! });
            },
            CancellationToken.None));
        Assert.Equal(0, await CountAsync(store.Database));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_caller_who_hangs_up_before_the_end_leaves_nothing_behind(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        using var caller = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(Insert, Row);
                await caller.CancelAsync();
                return await session.ExecuteAsync(AddOne);
            },
            caller.Token));
        Assert.Equal(0, await CountAsync(store.Database));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Two_hundred_writers_of_two_processes_lose_no_update(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        await WriteAndReadAsync(store.Database, Row);
        Database[] processes = [store.Database, store.Open()];
        await Task.WhenAll(Enumerable.Range(0, 200).Select(writer => Task.Run(() =>
            processes[writer % 2].WriteAsync(session => session.ExecuteAsync(AddOne), CancellationToken.None))));
        Assert.Equal(200, await AmountAsync(store.Database));
    }

    // SQL Server's stores do not rely on this: they change a row by one conditional statement.
    [Theory, OnSqlite]
    public async Task A_write_on_the_embedded_database_sees_no_other_between_its_read_and_its_write(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        await WriteAndReadAsync(store.Database, Row);
        Database[] processes = [store.Database, store.Open()];
        await Task.WhenAll(Enumerable.Range(0, 100).Select(writer => Task.Run(() => processes[writer % 2].WriteAsync(IncrementAsync, CancellationToken.None))));
        Assert.Equal(100, await AmountAsync(store.Database));

        static async Task<int> IncrementAsync(DbSession session)
        {
            var amount = await session.FirstOrDefaultAsync<long>(Amount);
            await Task.Yield();
            return await session.ExecuteAsync(SetAmount, new { amount = amount + 1 });
        }
    }

    // The control of the two above: what they would see of a store without transactions.
    [Theory, OnSqlite, OnSqlServer]
    public async Task A_read_and_a_write_that_are_not_one_transaction_do_lose_an_update(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        await WriteAndReadAsync(store.Database, Row);
        long[] read = [await AmountAsync(store.Database), await AmountAsync(store.Database)];
        foreach (var amount in read)
            await store.Database.WriteAsync(session => session.ExecuteAsync(SetAmount, new { amount = amount + 1 }), CancellationToken.None);
        Assert.Equal(1, await AmountAsync(store.Database));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_product_s_own_migrations_apply_once(DatabaseEngine engine)
    {
        await using var store = await EmptyDatabase.CreateAsync(engine);
        var names = Migration.For(engine).Select(migration => migration.Name).ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => MigratorOf(store.Open()).MigrateAsync(CancellationToken.None))));
        var status = await MigratorOf(store.Database).StatusAsync(CancellationToken.None);
        Assert.Equal((names.Count, 0, 0), (status.Applied.Count, status.Pending.Count, status.Unknown.Count));

        static Migrator MigratorOf(Database database) =>
            new(database, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Migrator>.Instance);
    }
}
