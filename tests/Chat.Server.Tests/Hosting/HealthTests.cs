using System.Text.Json.Nodes;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

public sealed class HealthTests
{
    private const string Newer = "INSERT INTO schema_migrations (name, applied_at) VALUES ('9999_from_the_future', 0);";

    [Fact]
    public async Task A_service_with_its_store_is_alive_and_ready()
    {
        await using var app = new ChatApp();

        Assert.Equal((200, """{"status":"ok"}"""), await AskAsync(app, "/healthz"));
        Assert.Equal((200, """{"status":"ready"}"""), await AskAsync(app, "/readyz"));
    }

    [Fact]
    public async Task A_database_that_a_newer_version_has_migrated_is_not_ready_and_says_so()
    {
        await using var app = new ChatApp();
        await AskAsync(app, "/readyz");
        Sqlite.Execute(app.DatabasePath, Newer);

        Assert.Equal((503, """{"status":"unavailable","missing":["migration 9999_from_the_future is of a newer version of the program"]}"""), await AskAsync(app, "/readyz"));
        Assert.Equal((200, """{"status":"ok"}"""), await AskAsync(app, "/healthz"));
    }

    [Fact]
    public async Task A_migration_that_is_not_applied_is_named()
    {
        await using var app = new ChatApp();
        await AskAsync(app, "/readyz");
        Sqlite.Execute(app.DatabasePath, "DELETE FROM schema_migrations WHERE name = '0001_initial';");

        var (status, body) = await AskAsync(app, "/readyz");

        Assert.Equal(503, status);
        Assert.Contains("migration 0001_initial is not applied", JsonNode.Parse(body)!["missing"]!.AsArray().Select(missing => (string)missing!));
    }

    [Fact]
    public async Task A_store_that_comes_late_is_503_until_it_is_there_and_then_all_is_well()
    {
        await using var app = new ChatApp();
        var folder = Path.Combine(app.Folder, "later");
        await File.WriteAllTextAsync(folder, "a file where the folder should be");
        app.With("Storage:Path", Path.Combine(folder, "chat.db"));

        Assert.Equal((503, """{"status":"unavailable","missing":["the store does not answer"]}"""), await AskAsync(app, "/readyz"));
        Assert.Equal((200, """{"status":"ok"}"""), await AskAsync(app, "/healthz"));
        using (var refused = await app.AdminAsync(HttpMethod.Get, "/admin/v1/channels"))
            await Problem.AssertAsync(refused, "service_unavailable");

        File.Delete(folder);
        var tries = 0;
        while ((await AskAsync(app, "/readyz")).Status != 200)
        {
            Assert.True(++tries < 500, "It never became ready.");
            app.Time.Advance(TimeSpan.FromSeconds(2));
        }

        await app.CreateChannelAsync();
    }

    private static async Task<(int Status, string Body)> AskAsync(ChatApp app, string path)
    {
        using var response = await app.Client.GetAsync(path);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
