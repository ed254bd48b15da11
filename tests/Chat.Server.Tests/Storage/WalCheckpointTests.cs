using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Storage;

/// <summary>The write-ahead log is brought into the file while the service runs, and ends: whoever writes does not wait for it.</summary>
public sealed class WalCheckpointTests : IDisposable
{
    // A row fills ten pages, so four times this is somewhat more than the log may have before it is begun anew.
    private const int Rows = 1_300;
    private const long Page = 4_096;

    // The disk may be slower than who writes.
    private const int Tries = 20;

    private static readonly Sql Count = Sql.Of(sqlite: "SELECT COUNT(*) FROM lines;", sqlServer: "SELECT 1;");

    private readonly TemporaryStore _store = new();
    private readonly SqliteDatabase _database;

    public WalCheckpointTests() => _database = _store.Open();

    private long FileLength => new FileInfo(_store.FilePath).Length;

    private long LogLength => new FileInfo(_store.FilePath + "-wal").Length;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task What_was_committed_gets_into_the_file_while_the_service_runs()
    {
        await LongLines.MakeAsync(_database);
        for (var id = 0; id < 450; id++)
            await PutAsync(id);

        await Eventually.TrueAsync(() => FileLength > 3_000 * Page);
        Assert.Equal(450, await CountAsync());
    }

    [Fact]
    public async Task The_log_of_somebody_who_writes_all_the_time_ends()
    {
        await LongLines.MakeAsync(_database);
        await WriteUntilTheLogIsBegunAnewAsync();
        Assert.Equal(Rows, await CountAsync());
    }

    // What a reader sees is in the log: it can't be begun anew. Writers go on all the same, and it is once the reader has left.
    [Fact]
    public async Task A_reader_of_an_old_state_keeps_the_log_and_holds_nobody_up()
    {
        await LongLines.MakeAsync(_database);
        await PutAsync(0);
        await _database.SnapshotAsync(
            async session =>
            {
                Assert.Equal(1, await session.FirstOrDefaultAsync<int>(Count));
                for (var time = 1; time <= 3; time++)
                {
                    await PutManyAsync();
                    Assert.True(LogLength > time * Rows * LongLines.Length);
                }

                Assert.Equal(1, await session.FirstOrDefaultAsync<int>(Count));
                return true;
            },
            CancellationToken.None);

        await WriteUntilTheLogIsBegunAnewAsync();
        Assert.Equal(Rows, await CountAsync());
    }

    // The last who leaves brings in the rest, as ever.
    [Fact]
    public async Task Nothing_is_left_in_the_log_once_the_service_has_ended()
    {
        await LongLines.MakeAsync(_database);
        await PutManyAsync();
        _database.Dispose();

        Assert.False(File.Exists(_store.FilePath + "-wal"));
        Assert.Equal([$"{Rows}"], _store.Query("SELECT COUNT(*) FROM lines;"));
        Assert.Equal(["ok"], _store.Query("PRAGMA integrity_check;"));
    }

    // The file is as long as the log ever was: it is begun anew where much is written and it does not grow.
    private async Task WriteUntilTheLogIsBegunAnewAsync()
    {
        for (var time = 0; time < Tries; time++)
        {
            var before = LogLength;
            await PutManyAsync();
            if (LogLength == before)
                return;
        }

        Assert.Fail($"After {Tries} times the log still grows: it has {LogLength:N0} bytes.");
    }

    private async Task PutManyAsync()
    {
        for (var id = 0; id < Rows; id++)
            await PutAsync(id);
    }

    private Task PutAsync(int id) => LongLines.PutAsync(_database, id);

    private Task<int> CountAsync() => _database.ReadAsync(session => session.FirstOrDefaultAsync<int>(Count), CancellationToken.None);
}
