using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>The command <c>database</c>.</summary>
public sealed class DatabaseCommandTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Unreachable = new(StringComparer.Ordinal)
    {
        ["ConnectionStrings__SqlServer"] = "Server=127.0.0.1,1;Database=chat;User Id=login-canary;Password=password-canary;Encrypt=true;Connect Timeout=1;ConnectRetryCount=0",
    };

    private static readonly IReadOnlyList<string> Names = [.. Migration.For(DatabaseEngine.Sqlite).Select(migration => migration.Name)];

    private readonly ChatApp _app = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task The_status_of_a_database_that_is_not_there_is_that_all_is_missing_and_it_is_not_made()
    {
        var status = await RunAsync("status");

        Assert.Equal((2, Status("none", string.Join(", ", Names), "none")), status);
        Assert.False(File.Exists(_app.DatabasePath));
    }

    [Fact]
    public async Task Migrating_prints_each_migration_once_and_the_status_is_then_good()
    {
        Assert.Equal((0, Lines([.. Names.Select(name => $"Applied {name}.")])), await RunAsync("migrate"));
        Assert.Equal((0, Lines("Nothing to do: every migration is applied.")), await RunAsync("migrate"));
        Assert.Equal((0, Status(string.Join(", ", Names), "none", "none")), await RunAsync("status"));
        using var ready = await _app.Client.GetAsync("/readyz");
        Assert.Equal(200, (int)ready.StatusCode);
    }

    [Fact]
    public async Task A_database_that_is_newer_has_an_exit_code_of_its_own_and_is_not_migrated()
    {
        await RunAsync("migrate");
        Rows.Execute(_app, $"INSERT INTO schema_migrations (name, applied_at) VALUES ('9999_from_the_future', 0); DELETE FROM schema_migrations WHERE name = '{Names[^1]}';");

        Assert.Equal((3, Status(string.Join(", ", [.. Names.SkipLast(1), "9999_from_the_future"]), Names[^1], "9999_from_the_future")), await RunAsync("status"));
        var refused = await ProgramRun.RunAsync(_app.Folder, "database", "migrate");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith("The database is newer than this program: it has 9999_from_the_future", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_cannot_be_applied_is_a_sentence()
    {
        Rows.Execute(_app, "CREATE TABLE usage (mine INTEGER);");

        var failed = await ProgramRun.RunAsync(_app.Folder, "database", "migrate");
        var service = await ServerProcess.RunAsync(_app.Folder);

        Assert.Equal((1, ""), (failed.ExitCode, failed.Output));
        Assert.StartsWith("Migration 0001_initial could not be applied, and nothing was changed: ", failed.Error, StringComparison.Ordinal);
        Assert.Equal(1, service.ExitCode);
        Assert.Contains("  Migration 0001_initial could not be applied, and nothing was changed: ", service.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", failed.Error + service.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_out_of_reach_is_a_sentence_without_the_login()
    {
        var status = await ProgramRun.RunAsync(_app.Folder, Unreachable, "database", "status");

        Assert.Equal((1, ""), (status.ExitCode, status.Output));
        Assert.StartsWith("The store is unavailable.", status.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", status.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", status.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Server=db.example;Database=chat;User Id=canary;Password=canary;Encrypt=true", "db.example, database chat")]
    [InlineData("Server=tcp:db.example,1433;User Id=canary;Password=canary;Encrypt=true", "tcp:db.example,1433, the login's default database")]
    public void Where_a_server_is_holds_no_login(string connectionString, string location) =>
        Assert.Equal(location, new StorageOptions { SqlServer = connectionString }.Location(null!));

    [Fact]
    public async Task The_script_is_printed_without_a_server_and_for_either_engine()
    {
        var script = await ProgramRun.RunAsync(_app.Folder, Unreachable, "database", "script");
        Assert.Equal((0, ""), (script.ExitCode, script.Error));
        Assert.Equal(Lines(MigrationScript.Write(DatabaseEngine.SqlServer).Split('\n')), Lines(script.Output.ReplaceLineEndings("\n").Split('\n')));

        Assert.Equal((0, MigrationScript.Write(DatabaseEngine.Sqlite)), await RunAsync("script", "--engine", "sqlite"));
        Assert.Equal((0, MigrationScript.Write(DatabaseEngine.SqlServer, Names[0])), await RunAsync("script", "--from", Names[0]));
        Assert.False(File.Exists(_app.DatabasePath));

        var unknown = await ProgramRun.RunAsync(_app.Folder, "database", "script", "--from", "0000_nothing");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("There is no migration 0000_nothing", unknown.Error, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var result = await ProgramRun.RunAsync(_app.Folder, ["database", .. arguments]);
        Assert.Equal("", result.Error);
        return (result.ExitCode, result.Output.ReplaceLineEndings("\n"));
    }

    private string Status(string applied, string pending, string unknown) =>
        Lines("engine   SQLite", $"where    {_app.DatabasePath}", $"applied  {applied}", $"pending  {pending}", $"unknown  {unknown}");

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + "\n"));
}
