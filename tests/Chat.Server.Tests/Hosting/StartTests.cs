using System.Text.Json.Nodes;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>A start that cannot work, in a process of its own.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Every_fault_of_the_configuration_is_told_at_once_as_a_sentence()
    {
        await using var app = new ChatApp();
        var faulty = new Dictionary<string, string>
        {
            ["Sessions__Lifetime"] = "00:00:10",
            ["Sessions__SweepInterval"] = "02:00:00",
            ["Credits__OnCreate"] = "-1",
            ["Providers__groq__BaseUrl"] = "not a URL",
            ["Providers__groq__ApiKey"] = "sk-canary",
            ["Models__own__Attempts__0__Provider"] = "nobody",
            ["Storage__BusyTimeout"] = "01:00:00",
            ["ForwardedHeaders__KnownProxies__0"] = "proxy.example",
            ["ConnectionStrings__SqlServer"] = "Server=db.example;Password=pw-canary;Encrypt=false",
        };

        var result = await ServerProcess.RunAsync(app.Folder, faulty);

        Assert.Equal(1, result.ExitCode);
        foreach (var setting in new[]
        {
            "Sessions:Lifetime must be", "Sessions:SweepInterval must be", "Credits:OnCreate must be", "Providers:groq:BaseUrl must be", "the provider \"nobody\"",
            "Storage:BusyTimeout must be", "\"proxy.example\"", "ConnectionStrings:SqlServer must say Encrypt=true",
        })
        {
            Assert.Contains(setting, result.Error, StringComparison.Ordinal);
        }

        Assert.StartsWith("Chat cannot start:", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error + result.Output, StringComparison.Ordinal);
        Assert.All(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1), line => Assert.Matches(@"^  \S.*\.\r?$", line));
    }

    [Fact]
    public async Task Values_that_cannot_be_read_are_told_together_with_every_other_fault()
    {
        await using var app = new ChatApp();
        var faulty = new Dictionary<string, string>
        {
            ["Sessions__Lifetime"] = "soon-canary",
            ["Sessions__TurnTimeout"] = "later",
            ["Sessions__SweepInterval"] = "02:00:00",
            ["Storage__Durability"] = "Most",
            ["Storage__BusyTimeout"] = "01:00:00",
            ["Credits__OnCreate"] = "plenty",
            ["Providers__groq__TimeoutSeconds"] = "1.5",
            ["Providers__groq__BaseUrl"] = "not a URL",
            ["Models__own__ContextTokens"] = "many",
            ["Models__own__CreditRate"] = "-1",
        };

        var result = await ServerProcess.RunAsync(app.Folder, faulty);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Chat cannot start:", result.Error, StringComparison.Ordinal);
        var sentences = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToArray();
        Assert.Equal(
            faulty.Keys.Select(key => key.Replace("__", ":", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            sentences.Select(sentence => sentence.Trim().Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("canary", result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_ends_the_start_with_a_sentence_and_is_not_touched()
    {
        await using var app = new ChatApp();
        await app.CreateChannelAsync();
        Sqlite.Execute(app.DatabasePath, "INSERT INTO schema_migrations (name, applied_at) VALUES ('9999_from_the_future', 0);");

        var service = await ServerProcess.RunAsync(app.Folder);
        var command = await ServerProcess.RunAsync(app.Folder, "channel", "list");

        foreach (var result in new[] { service, command })
        {
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("The database is newer than this program: it has 9999_from_the_future", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_sentence()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp();

        var result = await ServerProcess.RunAsync(app.Folder, new Dictionary<string, string> { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{upstream.Address.Port}" });

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Chat cannot start:", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Started_from_another_folder_its_log_has_the_form_and_the_levels_of_the_settings_beside_the_program()
    {
        await using var app = new ChatApp();
        await using var server = ServerProcess.StartIn(app.Folder, app.Folder, []);
        var started = await server.ReadUntilAsync("Now listening on: ");
        Assert.All(Lines(started), line => Assert.NotNull(JsonNode.Parse(line)!["Timestamp"]));

        using var client = new HttpClient { BaseAddress = new Uri((string)JsonNode.Parse(Lines(started)[^1])!["State"]!["address"]!) };
        using (await client.GetAsync("/history"))
        {
        }

        var answered = Lines(await server.ReadUntilAsync("answered 401")).SkipWhile(line => line.Contains("\"Microsoft.Hosting.Lifetime\"", StringComparison.Ordinal));
        Assert.All(answered, line => Assert.Equal("Chat.Server.Requests", (string?)JsonNode.Parse(line)!["Category"]));
    }

    private static string[] Lines(string log) => log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
