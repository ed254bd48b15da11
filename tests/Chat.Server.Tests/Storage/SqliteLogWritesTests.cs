using System.Globalization;
using Chat.Server.Storage;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Tests.Storage;

/// <summary>A commit goes to the write-ahead log in few writes, and what stands there is what SQLite would have written.</summary>
public sealed class SqliteLogWritesTests : IDisposable
{
    // A row fills ten pages: of Few, a commit has a hundred and some; Many are six times what the writer's cache holds.
    private const int Few = 10, Many = 1_300;

    private readonly TemporaryStore _store = new();
    private SqliteDatabase _database;

    public SqliteLogWritesTests() => _database = _store.Open();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_commit_of_a_hundred_pages_is_a_handful_of_writes()
    {
        await LongLines.MakeAsync(_database);
        await using var connection = await _database.OpenForWriteAsync(CancellationToken.None);
        await using var transaction = await _database.BeginAsync(connection, CancellationToken.None);
        await PutAsync(new DbSession(connection, null, DatabaseEngine.Sqlite, CancellationToken.None), Few);

        Assert.InRange(WritesOf(transaction.Commit), 1, 8);
    }

    [Fact]
    public async Task A_commit_of_a_few_pages_is_one_write()
    {
        await LongLines.MakeAsync(_database);
        await using var connection = await _database.OpenForWriteAsync(CancellationToken.None);
        await using var transaction = await _database.BeginAsync(connection, CancellationToken.None);
        await PutAsync(new DbSession(connection, null, DatabaseEngine.Sqlite, CancellationToken.None), 1);

        Assert.Equal(1, WritesOf(transaction.Commit));
    }

    [Fact]
    public async Task The_control_arm_SQLite_writes_each_page_by_two()
    {
        await LongLines.MakeAsync(_database);
        using var connection = _store.Connect();
        using var transaction = connection.BeginTransaction();
        for (var id = 0; id < Few; id++)
            Run(connection, transaction, $"INSERT INTO lines (id, value) VALUES ({id}, zeroblob({LongLines.Length}));");

        Assert.InRange(WritesOf(transaction.Commit), 2 * Few * LongLines.Length / 4_096, int.MaxValue);
    }

    // Frames of it stand in the log before it is committed, some are written anew in their place, and all checksums after them with it. With
    // Durability=Full, frames that fill the disk's sector stand behind the last.
    [Theory]
    [InlineData(Durability.Normal)]
    [InlineData(Durability.Full)]
    public async Task A_transaction_that_outgrows_its_cache_is_whole_for_a_process_that_finds_the_log(Durability durability)
    {
        _database = _store.Open(new StorageOptions { Durability = durability });
        await LongLines.MakeAsync(_database);
        await _database.WriteIdempotentAsync(
            async session =>
            {
                await PutAsync(session, Many);
                await PutAsync(session, Many);
                return true;
            },
            CancellationToken.None);
        await LongLines.PutAsync(_database, Many);

        Assert.Equal([$"{Many + 1}", "ok"], FoundAfterACrash());
    }

    [Fact]
    public async Task One_that_was_given_up_leaves_nothing_and_is_in_nobodys_way()
    {
        await LongLines.MakeAsync(_database);
        for (var time = 0; time < 3; time++)
        {
            await _database.WriteIdempotentAsync(
                async session =>
                {
                    await PutAsync(session, Many);
                    session.Discard();
                    return true;
                },
                CancellationToken.None);
            // Another process, whose frames come where those were.
            _store.Execute($"INSERT INTO lines (id, value) VALUES ({Many + (2 * time)}, zeroblob({LongLines.Length}));");
            await LongLines.PutAsync(_database, Many + (2 * time) + 1);
        }

        Assert.Equal(["6", "ok"], FoundAfterACrash());
    }

    private static async Task PutAsync(DbSession session, int rows)
    {
        for (var id = 0; id < rows; id++)
            await LongLines.PutAsync(session, id);
    }

    private static void Run(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, sql);
        command.ExecuteNonQuery();
    }

    // How many rows there are, and whether the file is in order, for whom nothing but the files is left.
    private IReadOnlyList<string> FoundAfterACrash()
    {
        using var found = new TemporaryStore();
        File.Copy(_store.FilePath + "-wal", found.FilePath + "-wal");
        File.Copy(_store.FilePath, found.FilePath);
        return [.. found.Query("SELECT COUNT(*) FROM lines;"), .. found.Query("PRAGMA integrity_check;")];
    }

    // The system's own count, of this thread.
    private static int WritesOf(Action action)
    {
        var before = Count();
        action();
        return Count() - before;

        static int Count() => int.Parse(
            File.ReadLines("/proc/thread-self/io").Single(line => line.StartsWith("syscw: ", StringComparison.Ordinal))[7..],
            CultureInfo.InvariantCulture);
    }
}
