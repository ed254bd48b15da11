using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Tests.Hosting;

/// <summary>Several processes that start at once on one empty file migrate it once.</summary>
public sealed class ConcurrentStartTests
{
    private const int Processes = 6;
    private const string Listening = "Now listening on";

    private static readonly IReadOnlyList<Migration> Migrations = Migration.For(DatabaseEngine.Sqlite);

    [Fact]
    public async Task Each_migration_is_applied_by_exactly_one_process_and_all_become_ready()
    {
        await using var app = new ChatApp();
        PrepareEmpty(app.DatabasePath);
        List<ServerProcess> processes = [];
        try
        {
            // Nobody can migrate while the test holds the lock: every process has seen that all is missing before any gets its turn.
            using (ForeignLock.Take(app.DatabasePath))
            {
                for (var count = 0; count < Processes; count++)
                    processes.Add(ServerProcess.Start(app.Folder, new Dictionary<string, string> { ["Storage__BusyTimeout"] = "00:00:50" }));
                foreach (var process in processes)
                    await Eventually.TrueAsync(() => HasOpened(process.Id, app.DatabasePath));
                Assert.Equal(0, Rows.Count(app, "sqlite_master"));
            }

            var outputs = await Task.WhenAll(processes.Select(process => process.ReadUntilAsync(Listening)));

            foreach (var migration in Migrations)
                Assert.Single(outputs, output => output.Contains($"Applied migration {migration.Name}.", StringComparison.Ordinal));
            Assert.Equal(Migrations.Count, Rows.Count(app, "schema_migrations"));
            Assert.Equal(1, Rows.Scalar(app, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok';"));
        }
        finally
        {
            foreach (var process in processes)
                await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_a_second_look_under_the_lock_the_second_process_would_fail()
    {
        await using var app = new ChatApp();
        PrepareEmpty(app.DatabasePath);
        // Both have looked, and found that everything is missing.
        Rows.Execute(app, string.Join('\n', Migrations[0].Batches));

        var fault = Assert.Throws<SqliteException>(() => Rows.Execute(app, string.Join('\n', Migrations[0].Batches)));

        Assert.Contains("already exists", fault.Message, StringComparison.Ordinal);
    }

    private static void PrepareEmpty(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL;";
        command.ExecuteNonQuery();
    }

    // Where there is no such list the processes start all the same at about one time: the lock is held until they have been started.
    private static bool HasOpened(int process, string path)
    {
        try
        {
            return !OperatingSystem.IsLinux() || Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Any(file => new FileInfo(file).LinkTarget == path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
