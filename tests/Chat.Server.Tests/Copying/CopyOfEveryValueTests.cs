using Chat.Server.Storage;
using Chat.Server.Storage.Copying;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Copying;

/// <summary>Every value arrives as it left, on either engine, and on its way back.</summary>
public sealed class CopyOfEveryValueTests
{
    private static readonly string[] Texts =
    [
        "", " ", "  leading and trailing  ", "\t\r\n", "It's \"quoted\" \\ and; DROP TABLE turns;--", "Grüße, żółć, Ελλάδα", "e\u0301 is not \u00e9",
        "\ud83d\ude42\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67\ud83c\uddeb\ud83c\uddf7", "\u202eשלום\u202c", "\u0001\u001f\u007f\u0085", "\ufeffBOM", "\uffff\ufffd", "ﬁ ⅷ Ａ", new('x', 4_000), new('ß', 400_000),
    ];

    [Theory]
    [OnSqlite]
    [OnSqlServer]
    public async Task There_and_back_again(DatabaseEngine engine)
    {
        using var source = new TemporaryStore();
        await source.MigrateAsync();
        new BusyStore(source, new Random(21)).Live(1_200);
        Fill(source);
        await using var middle = await EmptyDatabase.CreateAsync(engine);
        using var back = new TemporaryStore();
        using var from = new SqliteDatabase(source.FilePath, new StorageOptions());
        using var to = new SqliteDatabase(back.FilePath, new StorageOptions());

        var there = await Copies.RunAsync(from, middle.Database);
        var again = await Copies.RunAsync(middle.Database, to);

        Assert.True(there.IsRight && again.IsRight, string.Join('\n', there.Audit.Violations));
        Assert.Equal(StoreDump.Of(source), StoreDump.Of(back));
    }

    [Theory]
    [OnSqlite]
    [OnSqlServer]
    public async Task The_engine_goes_on_numbering_after_the_copied_rows(DatabaseEngine engine)
    {
        using var source = new TemporaryStore();
        await source.MigrateAsync();
        new BusyStore(source, new Random(22)).Live(300);
        await using var target = await EmptyDatabase.CreateAsync(engine);
        using var from = new SqliteDatabase(source.FilePath, new StorageOptions());
        await Copies.RunAsync(from, target.Database);

        var highest = long.Parse(source.Query("SELECT MAX(grant_id) FROM credit_grants")[0]);
        await target.Database.WriteAsync(session => session.ExecuteAsync(AddGrant, new { note = "next", now = DateTimeOffset.UnixEpoch }), CancellationToken.None);
        var next = await target.Database.ReadAsync(session => session.FirstOrDefaultAsync<long>(LatestGrant), CancellationToken.None);

        Assert.Equal(highest + 1, next);
    }

    [Fact]
    public void No_value_is_copied_by_guess() => Assert.Throws<NotSupportedException>(() => CopiedValue.Read(1.5));

    private static readonly Sql AddGrant = Sql.Portable("INSERT INTO dbo.credit_grants (channel_id, credits, note, created_at) SELECT MIN(channel_id), 1, @note, @now FROM dbo.channels;");

    private static readonly Sql LatestGrant = Sql.Portable("SELECT MAX(grant_id) FROM dbo.credit_grants;");

    // Every text in a column without a limit, the short ones in those that have one, and the ends of every number.
    private static void Fill(TemporaryStore store)
    {
        using var connection = store.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO threads (channel_id, session_hash, created_at, expires_at) SELECT MIN(channel_id), NULL, 0, 253402300799999 FROM channels;
            INSERT INTO turns (message_id, channel_id, thread_id, state, model, message, reply, prompt_tokens, completion_tokens, reserved, charged, day_no, request_hash, created_at, lease_until, finished_at)
            SELECT @id, (SELECT MIN(channel_id) FROM channels), MAX(thread_id), 2, 'guide', @short, @text, 2147483647, -2147483648, 0, 0, 0, zeroblob(32), 0, 253402300799999, 1 FROM threads;
            INSERT INTO alerts (public_id, channel_id, kind, period, threshold, used, available, attempts, next_attempt_at, created_at)
            SELECT @id, MIN(channel_id), 0, 9223372036854775807 - @number, 1, 9223372036854775807, -9223372036854775808, 0, NULL, 1 FROM channels;
            UPDATE channels SET knowledge = @text, greeting = @short, contact = NULL, key_sealed = zeroblob(2000) WHERE channel_id = (SELECT MIN(channel_id) FROM channels);
            """;
        var id = command.Parameters.Add("@id", Microsoft.Data.Sqlite.SqliteType.Text);
        var text = command.Parameters.Add("@text", Microsoft.Data.Sqlite.SqliteType.Text);
        var brief = command.Parameters.Add("@short", Microsoft.Data.Sqlite.SqliteType.Text);
        var number = command.Parameters.Add("@number", Microsoft.Data.Sqlite.SqliteType.Integer);
        for (var index = 0; index < Texts.Length; index++)
        {
            id.Value = $"00000000-0000-4000-8000-{index:x12}";
            text.Value = Texts[index];
            brief.Value = Texts[index].Length > 1_000 ? "short" : Texts[index];
            number.Value = index;
            command.ExecuteNonQuery();
        }
    }
}
