using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>A service that may not migrate waits for whoever does, and serves as soon as that is done.</summary>
public sealed class MigrateOnStartTests
{
    private const string NoTables = "sqlite_master";

    private static readonly IReadOnlyList<string> Names = [.. Migration.For(DatabaseEngine.Sqlite).Select(migration => migration.Name)];

    [Fact]
    public async Task Until_somebody_has_migrated_every_request_is_503_and_what_is_missing_is_named()
    {
        await using var app = new ChatApp().With("Storage:MigrateOnStart", "false");

        Assert.Equal((503, $$"""{"status":"unavailable","missing":[{{string.Join(',', Names.Select(name => $"\"migration {name} is not applied\""))}}]}"""), await ReadyAsync(app));
        using (var alive = await app.Client.GetAsync("/healthz"))
            Assert.Equal(200, (int)alive.StatusCode);
        using (var chat = await app.SendAsync(new TestChannel(Guid.Empty, $"chat_{new string('a', 43)}", []), "Hello"))
            Assert.Equal((503, """{"error":"Service unavailable","code":"service_unavailable"}"""), ((int)chat.StatusCode, (await chat.JsonAsync()).ToJsonString()));
        using (var channels = await app.AdminAsync(HttpMethod.Get, "/admin/v1/channels"))
            await Problem.AssertAsync(channels, "service_unavailable");
        Assert.Equal(0, Rows.Count(app, NoTables));

        // Looked at again and again, and said once.
        for (var look = 0; look < 5; look++)
            await LookAgainAsync(app);
        var said = Assert.Single(app.Log.Lines, line => line.Contains("Storage:MigrateOnStart is off", StringComparison.Ordinal) && line.StartsWith("Error Chat.Server.Hosting.StoreStartup", StringComparison.Ordinal));
        Assert.Contains($"The database lacks {string.Join(", ", Names)}, and Storage:MigrateOnStart is off.", said, StringComparison.Ordinal);
        Assert.Contains("\"database migrate\"", said, StringComparison.Ordinal);
        Assert.Contains("\"database script\"", said, StringComparison.Ordinal);

        var migrated = await ProgramRun.RunAsync(app.Folder, "database", "migrate");
        Assert.Equal((0, ""), (migrated.ExitCode, migrated.Error));

        await UntilReadyAsync(app);
        await app.AskAsync(await app.CreateChannelAsync(new JsonObject { ["model"] = "guide", ["knowledge"] = "# Hours\n\nFrom nine to five." }), "Which hours?");
    }

    [Fact]
    public async Task A_database_that_somebody_has_migrated_is_served_at_once_and_nothing_is_migrated()
    {
        await using var first = new ChatApp();
        var channel = await first.CreateChannelAsync();
        await using var second = new ChatApp(first.Folder).With("Storage:MigrateOnStart", "false");

        Assert.Equal((200, """{"status":"ready"}"""), await ReadyAsync(second));
        Assert.Equal(channel.Id.ToString(), (string?)(await second.ReadChannelAsync(channel))["id"]);
        Assert.DoesNotContain(second.Log.Lines, line => line.Contains("Applied migration", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_an_older_schema_nothing_reaches_it_before_it_is_the_newest()
    {
        await using var app = new ChatApp().With("Storage:MigrateOnStart", "false");
        using var former = new SqliteDatabase(app.DatabasePath, new StorageOptions());
        await former.PrepareAsync(CancellationToken.None);
        await Storage.Versions.ApplyAsync(former, 1);
        await Storage.Versions.FillAsync(former, Storage.Versions.SchemaOf(1));
        var before = await Storage.Versions.ReadAsync(former, Storage.Versions.SchemaOf(1));

        Assert.Equal(503, (await ReadyAsync(app)).Status);
        // Background work, which would release the old turns, has met the closed door.
        app.Time.Advance(TimeSpan.FromHours(1));
        await Eventually.TrueAsync(() => app.Log.Lines.Any(line => line.Contains("A sweep failed", StringComparison.Ordinal)));

        Assert.Equal(before, await Storage.Versions.ReadAsync(former, Storage.Versions.SchemaOf(1)));
        Assert.DoesNotContain(app.Log.Lines, line => line.Contains("no such", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_needs_the_newest_schema_refuses_with_a_sentence()
    {
        await using var app = new ChatApp();
        var off = new Dictionary<string, string> { ["Storage__MigrateOnStart"] = "false" };

        var refused = await ProgramRun.RunAsync(app.Folder, off, "channel", "list");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Equal(
            $"The database lacks {string.Join(", ", Names)}, and Storage:MigrateOnStart is off. Apply what is missing with \"database migrate\", or by hand with what \"database script\" prints.",
            refused.Error.Trim());

        Assert.Equal(0, (await ProgramRun.RunAsync(app.Folder, off, "database", "migrate")).ExitCode);
        Assert.Equal(0, (await ProgramRun.RunAsync(app.Folder, off, "channel", "list")).ExitCode);
    }

    private static async Task<(int Status, string Body)> ReadyAsync(ChatApp app)
    {
        using var response = await app.Client.GetAsync("/readyz");
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    // The look runs beside the test: it has run when the clock has moved and the readiness was asked for once more.
    private static async Task LookAgainAsync(ChatApp app)
    {
        app.Time.Advance(TimeSpan.FromSeconds(2));
        await ReadyAsync(app);
    }

    private static async Task UntilReadyAsync(ChatApp app)
    {
        for (var tries = 0; (await ReadyAsync(app)).Status != 200; tries++)
        {
            Assert.True(tries < 500, "It never became ready.");
            app.Time.Advance(TimeSpan.FromSeconds(2));
        }
    }
}
