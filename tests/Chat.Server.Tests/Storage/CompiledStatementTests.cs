using Chat.Server.Storage;
using Chat.Server.Storage.Statements;
using Microsoft.Data.Sqlite;
using static Chat.Server.Tests.Storage.Samples;

namespace Chat.Server.Tests.Storage;

/// <summary>The request path's way to run statements gives and keeps the same as the other one, on either engine and through either driver.</summary>
public sealed class CompiledStatementTests
{
    private static readonly Sql Find = Sql.Portable("SELECT id, at, maybe_at, body, hash, amount FROM dbo.samples WHERE id = @id;");

    private static readonly Sql All = Sql.Portable("SELECT id, at, maybe_at, body, hash, amount FROM dbo.samples ORDER BY amount;");

    private static readonly Sql Add = Sql.Portable("""
        INSERT INTO dbo.samples (id, at, maybe_id, maybe_at, texts, body, hash, amount) VALUES (@id, @at, NULL, NULL, @texts, @body, @hash, @amount);
        """);

    private static readonly Sql Number = Sql.Portable("SELECT amount FROM dbo.samples WHERE id = @id;");

    private static readonly Sql Nulls = Sql.Portable("SELECT COUNT(*) FROM dbo.samples WHERE id = @id AND @text IS NULL AND @number IS NULL AND @bytes IS NULL;");

    private static readonly Sql Remove = Sql.Portable("DELETE FROM dbo.samples WHERE id = @id;");

    private static readonly Sql Raise = Sql.Of(
        sqlite: "UPDATE samples SET amount = amount + 1 WHERE id = @id AND body = @body; SELECT amount FROM samples WHERE id = @id AND changes() > 0;",
        sqlServer: "UPDATE dbo.samples SET amount = amount + 1 OUTPUT inserted.amount WHERE id = @id AND body = @body;");

    private static readonly Sql Broken = Sql.Of(
        sqlite: "UPDATE samples SET amount = 0 WHERE id = @id; SELECT abs(-9223372036854775807 - length(@body)) FROM samples;", sqlServer: "SELECT 1;");

    private static readonly string[] Texts =
        ["", "plain", "Grüße, 你好 👍🏽 \u202Eabc\nline 'two' -- ; @id", new string('x', 511), new string('€', 512), string.Concat(Enumerable.Repeat("👍", 1_999))];

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_row_is_kept_and_comes_back_as_by_the_other_way(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        foreach (var body in Texts)
        {
            var added = new Added(Guid.CreateVersion7(FineTime), FineTime, body, [0, 255], long.MinValue);

            Assert.Equal(1, await WriteAsync(store.Database, session => session.RunAsync(Add, added)));
            var other = (await store.Database.ReadAsync(session => session.FirstOrDefaultAsync<Sample>(Select, new { id = added.Id }), CancellationToken.None))!;
            var own = (await ReadAsync(store.Database, session => session.FirstAsync<Row, Added>(Find, added)))!;

            Assert.Equal((added.Id, body, long.MinValue), (other.Id, other.Body, other.Amount));
            Assert.Equal((other.Id, other.At, other.MaybeAt, other.Body, other.Amount), (own.Id, own.At, own.MaybeAt, own.Body, own.Amount));
            Assert.Equal(other.Hash, own.Hash);
            Assert.Equal(long.MinValue, await ReadAsync(store.Database, session => session.NumberAsync(Number, added)));
        }
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Nothing_found_is_null_or_empty_and_nothing_changed_is_zero(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        var missing = new Added(Guid.CreateVersion7(FineTime), FineTime, "", [], 0);

        Assert.Null(await ReadAsync(store.Database, session => session.FirstAsync<Row, Added>(Find, missing)));
        Assert.Null(await ReadAsync(store.Database, session => session.NumberAsync(Number, missing)));
        Assert.Empty(await ReadAsync(store.Database, session => session.AllAsync<Row, Added>(All, missing)));
        Assert.Equal(0, await WriteAsync(store.Database, session => session.RunAsync(Remove, missing)));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Rows_come_in_order_and_empty_texts_and_bytes_stay_empty(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        foreach (var amount in new[] { 3, 1, 2 })
            await WriteAsync(store.Database, session => session.RunAsync(Add, new Added(Guid.CreateVersion7(FineTime), FineTime, "", [], amount)));

        var rows = await ReadAsync(store.Database, session => session.AllAsync<Row, Added>(All, new Added(Guid.Empty, FineTime, "", [], 0)));

        Assert.Equal([1, 2, 3], rows.Select(row => row.Amount));
        Assert.Equal([1, 2], await ReadAsync(store.Database, session => TakenAsync(session, most: 2)));
        // A statement that was left before its end begins anew.
        Assert.Equal([1, 2, 3], await ReadAsync(store.Database, session => TakenAsync(session, most: 9)));
        Assert.All(rows, row => Assert.True(row is { Body: "", Hash: [], MaybeAt: null }));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task What_is_null_goes_in_as_null(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        var id = Guid.CreateVersion7(FineTime);
        await WriteAsync(store.Database, session => session.RunAsync(Add, new Added(id, FineTime, "", [], 0)));

        Assert.Equal(1, await ReadAsync(store.Database, session => session.NumberAsync(Nulls, new Missing(id, null, null, null))));
        Assert.Equal(0, await ReadAsync(store.Database, session => session.NumberAsync(Nulls, new Missing(id, "", null, null))));
        Assert.Equal(0, await ReadAsync(store.Database, session => session.NumberAsync(Nulls, new Missing(id, null, 0, null))));
        Assert.Equal(0, await ReadAsync(store.Database, session => session.NumberAsync(Nulls, new Missing(id, null, null, []))));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_change_is_read_behind_it_and_none_where_nothing_was_changed(DatabaseEngine engine)
    {
        await using var store = await SamplesAsync(engine);
        var added = new Added(Guid.CreateVersion7(FineTime), FineTime, "x", [], 5);
        await WriteAsync(store.Database, session => session.RunAsync(Add, added));

        Assert.Equal(6, await WriteAsync(store.Database, session => session.NumberAsync(Raise, added)));
        Assert.Null(await WriteAsync(store.Database, session => session.NumberAsync(Raise, added with { Body = "y" })));
        Assert.Equal(7, await WriteAsync(store.Database, session => session.NumberAsync(Raise, added)));
        Assert.Equal(7, await ReadAsync(store.Database, session => session.NumberAsync(Number, added)));
    }

    [Fact]
    public async Task A_change_that_cannot_be_read_is_not_kept()
    {
        await using var store = await SamplesAsync(DatabaseEngine.Sqlite);
        var added = new Added(Guid.CreateVersion7(FineTime), FineTime, "x", [], 5);
        await WriteAsync(store.Database, session => session.RunAsync(Add, added));

        await Assert.ThrowsAsync<SqliteException>(() => WriteAsync(store.Database, session => session.NumberAsync(Broken, added)));
        Assert.Equal(5, await ReadAsync(store.Database, session => session.NumberAsync(Number, added)));
    }

    // Of a statement that gives rows, what breaks a rule shows behind them.
    [Fact]
    public async Task What_breaks_a_rule_fails_changes_nothing_and_leaves_the_statement_fit_for_use()
    {
        await using var store = await SamplesAsync(DatabaseEngine.Sqlite);
        var first = new Added(Guid.CreateVersion7(FineTime), FineTime, "kept", [1], 1);
        await WriteAsync(store.Database, session => session.RunAsync(Add, first));

        var fault = await Assert.ThrowsAsync<SqliteException>(() => WriteAsync(store.Database, session => session.RunAsync(Add, first with { Body = "not kept" })));
        Assert.Equal((19, 1555), (fault.SqliteErrorCode, fault.SqliteExtendedErrorCode));
        await WriteAsync(store.Database, session => session.RunAsync(Add, first with { Id = Guid.CreateVersion7(FineTime), Amount = 2 }));

        Assert.Equal(["kept", "kept"], (await ReadAsync(store.Database, session => session.AllAsync<Row, Added>(All, first))).Select(row => row.Body));
    }

    [Fact]
    public async Task A_parameter_that_nobody_passes_is_told_and_not_taken_for_null()
    {
        await using var store = await SamplesAsync(DatabaseEngine.Sqlite);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ReadAsync(store.Database, session => session.NumberAsync(Nulls, new Added(Guid.Empty, FineTime, "", [], 0))));
        Assert.Contains("@number", fault.Message, StringComparison.Ordinal);
    }

    // The driver's own way, as it is on SQL Server: a connection that does not compile statements itself.
    [Fact]
    public async Task Through_a_driver_all_is_the_same()
    {
        await using var store = await SamplesAsync(DatabaseEngine.Sqlite);
        var added = new Added(Guid.CreateVersion7(FineTime), FineTime, "by the driver", [7], 42);
        await WriteAsync(store.Database, session => session.RunAsync(Add, added));
        await using var connection = new SqliteConnection($"Data Source={store.Setting.Value};Pooling=false");
        await connection.OpenAsync();
        var session = new DbSession(connection, null, DatabaseEngine.Sqlite, CancellationToken.None);

        var row = (await session.FirstAsync<Row, Added>(Find, added))!;
        Assert.Equal((added.Id, FineTime.AddTicks(-(FineTime.Ticks % TimeSpan.TicksPerMillisecond)), (DateTimeOffset?)null, "by the driver", 42L), (row.Id, row.At, row.MaybeAt, row.Body, row.Amount));
        Assert.Equal([7], row.Hash);
        Assert.Equal(42, await session.NumberAsync(Number, added));
        Assert.Equal(1, await session.NumberAsync(Nulls, new Missing(added.Id, null, null, null)));
        Assert.Null(await session.NumberAsync(Raise, added with { Body = "another" }));
        Assert.Equal(1, await session.RunAsync(Add, added with { Id = Guid.CreateVersion7(FineTime), Amount = 43 }));
        Assert.Equal([42, 43], (await session.AllAsync<Row, Added>(All, added)).Select(each => each.Amount));
        Assert.Equal([42], await TakenAsync(session, most: 1));
    }

    private static async ValueTask<List<long>> TakenAsync(DbSession session, int most)
    {
        List<long> taken = [];
        await session.EachAsync<Row, Added>(All, new Added(Guid.Empty, FineTime, "", [], 0), row =>
        {
            taken.Add(row.Amount);
            return taken.Count < most;
        });
        return taken;
    }

    private static Task<T> ReadAsync<T>(Database database, Func<DbSession, ValueTask<T>> work) =>
        database.ReadAsync(session => work(session).AsTask(), CancellationToken.None);

    private static Task<T> WriteAsync<T>(Database database, Func<DbSession, ValueTask<T>> work) =>
        database.WriteIdempotentAsync(session => work(session).AsTask(), CancellationToken.None);

    private sealed record Row(Guid Id, DateTimeOffset At, DateTimeOffset? MaybeAt, string Body, byte[] Hash, long Amount) : IRowOf<Row>
    {
        public static Row Read<TRow>(TRow row)
            where TRow : IRow => new(row.Guid(0), row.Time(1), row.IsNull(2) ? null : row.Time(2), row.Text(3), row.Bytes(4), row.Int64(5));
    }

    private sealed record Added(Guid Id, DateTimeOffset At, string Body, byte[] Hash, long Amount) : IArguments
    {
        public void AddTo<TParameters>(ref TParameters parameters)
            where TParameters : struct, IParameters
        {
            parameters.Add("@id", Id);
            parameters.Add("@at", At);
            parameters.Add("@texts", "[]");
            parameters.Add("@body", Body);
            parameters.Add("@hash", Hash);
            parameters.Add("@amount", Amount);
        }
    }

    private sealed record Missing(Guid Id, string? Text, long? Number, byte[]? Bytes) : IArguments
    {
        public void AddTo<TParameters>(ref TParameters parameters)
            where TParameters : struct, IParameters
        {
            parameters.Add("@id", Id);
            parameters.Add("@text", Text);
            parameters.Add("@number", Number);
            parameters.Add("@bytes", Bytes);
        }
    }
}
