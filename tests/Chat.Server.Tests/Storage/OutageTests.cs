using System.Diagnostics;
using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>A store that is out of reach says so, soon and in one way, and works again once it is mended, without a restart.</summary>
public sealed class OutageTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Sql Insert = Sql.Portable("INSERT INTO dbo.data_protection_keys (friendly_name, xml, created_at) VALUES (@text, @text, 0);");

    private static readonly Sql Count = Sql.Portable("SELECT COUNT(*) FROM dbo.data_protection_keys;");

    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_path_that_cannot_be_made_is_an_outage_until_it_can()
    {
        var obstacle = Path.Combine(Path.GetDirectoryName(_store.FilePath)!, "data");
        await File.WriteAllTextAsync(obstacle, "a file where a folder must be");
        var database = _store.Open(path: Path.Combine(obstacle, "chat.db"));
        var migrator = _store.Migrator(database);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => migrator.MigrateAsync(CancellationToken.None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => migrator.StatusAsync(CancellationToken.None));
        await AssertUnavailableAsync(() => WriteAsync(database));
        Assert.True(File.Exists(obstacle));

        File.Delete(obstacle);

        await migrator.MigrateAsync(CancellationToken.None);
        await WriteAsync(database);
        Assert.Equal(1, await CountAsync(database));
    }

    [Fact]
    public async Task A_read_only_file_is_an_outage_for_writers_until_it_is_writable()
    {
        await _store.MigrateAsync();
        _store.Execute("PRAGMA journal_mode = DELETE");
        using var database = _store.Open();
        using (ReadOnlyFile.Make(_store.FilePath))
        {
            await AssertUnavailableAsync(() => WriteAsync(database));
            Assert.Equal(0, await CountAsync(database));
        }

        await WriteAsync(database);
        Assert.Equal(1, await CountAsync(database));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_an_outage_until_it_is_replaced()
    {
        await _store.MigrateAsync();
        _store.Execute("PRAGMA journal_mode = DELETE");
        var sound = await File.ReadAllBytesAsync(_store.FilePath);
        await File.WriteAllBytesAsync(_store.FilePath, new byte[sound.Length].Select(_ => (byte)'x').ToArray());
        using var database = _store.Open();
        await AssertUnavailableAsync(() => WriteAsync(database));
        await AssertUnavailableAsync(() => CountAsync(database));

        await File.WriteAllBytesAsync(_store.FilePath, sound);

        await WriteAsync(database);
        Assert.Equal(1, await CountAsync(database));
    }

    [Fact]
    public async Task A_lock_that_outlasts_the_busy_timeout_is_an_outage_until_it_is_released()
    {
        await _store.MigrateAsync();
        using var database = _store.Open(new StorageOptions { BusyTimeout = TimeSpan.FromMilliseconds(50) });
        await using (var other = _store.Connect())
        {
            await using var transaction = other.BeginTransaction(deferred: false);
            var watch = Stopwatch.StartNew();
            await AssertUnavailableAsync(() => WriteAsync(database));
            Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(40), TimeSpan.FromSeconds(5));
            // Readers do not wait for a writer.
            Assert.Equal(0, await CountAsync(database));
        }

        await WriteAsync(database);
        Assert.Equal(1, await CountAsync(database));
    }

    [Fact]
    public async Task A_lock_that_is_released_in_time_is_waited_for()
    {
        await _store.MigrateAsync();
        var database = _store.Open(new StorageOptions { BusyTimeout = Patience });
        await using var other = _store.Connect();
        var transaction = other.BeginTransaction(deferred: false);
        var write = Task.Run(() => WriteAsync(database));
        Assert.False(write.IsCompleted);
        await transaction.DisposeAsync();
        await write.WaitAsync(Patience);
        Assert.Equal(1, await CountAsync(database));
    }

    [Fact]
    public async Task A_mistake_of_ours_is_not_called_an_outage()
    {
        await _store.MigrateAsync();
        var database = _store.Open();
        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(() =>
            database.WriteAsync(session => session.ExecuteAsync(Insert, new { text = (string?)null }), CancellationToken.None));
    }

    private static Task AssertUnavailableAsync(Func<Task> work) =>
        Assert.ThrowsAsync<StoreUnavailableException>(() => Task.Run(work).WaitAsync(Patience));

    private static Task<int> WriteAsync(Database database) =>
        database.WriteAsync(session => session.ExecuteAsync(Insert, new { text = "key" }), CancellationToken.None);

    private static Task<int> CountAsync(Database database) =>
        database.ReadAsync(session => session.FirstOrDefaultAsync<int>(Count), CancellationToken.None);

    /// <summary>
    /// Makes a database file read-only, and writable again. Permissions do not stop root, as whom builds often run: there the
    /// file's header says that only a newer SQLite may write it, which has the same effect on an open connection.
    /// </summary>
    private sealed class ReadOnlyFile : IDisposable
    {
        private const int WriteVersionOffset = 18;
        private const byte NewerThanAnySqlite = 3;

        private readonly string _path;
        private readonly byte _version;

        private ReadOnlyFile(string path)
        {
            _path = path;
            if (Environment.IsPrivilegedProcess)
                _version = SwapVersion(NewerThanAnySqlite);
            else
                File.SetAttributes(path, FileAttributes.ReadOnly);
        }

        public static ReadOnlyFile Make(string path) => new(path);

        public void Dispose()
        {
            if (Environment.IsPrivilegedProcess)
                SwapVersion(_version);
            else
                File.SetAttributes(_path, FileAttributes.Normal);
        }

        private byte SwapVersion(byte version)
        {
            using var file = File.Open(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            file.Position = WriteVersionOffset;
            var former = (byte)file.ReadByte();
            file.Position = WriteVersionOffset;
            file.WriteByte(version);
            return former;
        }
    }
}
