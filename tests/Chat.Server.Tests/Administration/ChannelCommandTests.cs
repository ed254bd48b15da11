using System.Text.Json.Nodes;
using Chat.Server.Tests.Hosting;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

/// <summary>The program as a command, in processes of its own beside a running service on the same database.</summary>
public sealed class ChannelCommandTests : IAsyncLifetime
{
    private readonly ChatApp _app = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task A_channel_made_on_the_command_line_answers_over_http_until_the_command_line_ends_it()
    {
        var knowledge = Path.Combine(_app.Folder, "knowledge.md");
        await File.WriteAllTextAsync(knowledge, "# Opening hours\n\nWe are open from nine to five.");
        var created = await RunAsync("channel", "create", "--name", "My site", "--credits", "2.5", "--model", "guide", "--knowledge-file", knowledge, "--allowed-origin", "https://a.example", "--allowed-origin", "https://b.example");
        var channel = Made(created);

        Assert.Contains("nine to five", (string)(await _app.AskAsync(channel, "What are your opening hours?"))["reply"]!, StringComparison.Ordinal);
        var read = await _app.ReadChannelAsync(channel);
        Assert.Equal("""["https://a.example","https://b.example"]""", read["allowed_origins"]!.ToJsonString());
        Assert.Equal(2.5m, (decimal)read["credits_allocated"]!);

        var rotated = channel with { Key = (await RunAsync("channel", "rotate-key", Id(channel))).Trim() };
        Assert.Equal(401, await StatusAsync(channel));
        Assert.Equal(200, await StatusAsync(rotated));
        Assert.Equal(rotated.Key, (await RunAsync("channel", "key", Id(channel))).Trim());

        Assert.Equal("", await RunAsync("channel", "delete", Id(channel)));
        Assert.Equal(401, await StatusAsync(rotated));
    }

    [Fact]
    public async Task Showing_and_editing_print_the_channel_as_the_administration_surface_gives_it()
    {
        var channel = await _app.CreateChannelAsync(ChannelRules.EverySetting());

        Assert.Equal((await _app.ReadChannelAsync(channel)).ToJsonString(), JsonNode.Parse(await RunAsync("channel", "show", Id(channel)))!.ToJsonString());

        var edited = JsonNode.Parse(await RunAsync("channel", "edit", Id(channel), "--name", "Renamed", "--requests-per-minute", "9", "--expires-at", "2031-01-01T00:00:00Z"))!;
        Assert.Equal(("Renamed", 9, "Hello!"), ((string)edited["name"]!, (int)edited["requests_per_minute"]!, (string)edited["greeting"]!));
        Assert.Equal((await _app.ReadChannelAsync(channel)).ToJsonString(), edited.ToJsonString());

        Assert.True((bool)JsonNode.Parse(await RunAsync("channel", "enable", Id(channel)))!["active"]!);
        Assert.False((bool)JsonNode.Parse(await RunAsync("channel", "disable", Id(channel)))!["active"]!);
        Assert.False((bool)(await _app.ReadChannelAsync(channel))["active"]!);
    }

    [Fact]
    public async Task A_list_has_a_line_for_each_channel_and_no_key()
    {
        var first = await _app.CreateChannelAsync(new JsonObject { ["name"] = "First" });
        var second = await _app.CreateChannelAsync(new JsonObject { ["name"] = "Second", ["active"] = false });

        var lines = (await RunAsync("channel", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, lines.Length);
        Assert.Matches($"^{first.Id}  active .* of +1000.000 credits  First$", lines[0].TrimEnd());
        Assert.Matches($"^{second.Id}  disabled .*  Second$", lines[1].TrimEnd());
        Assert.DoesNotContain("chat_", string.Concat(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_is_made_once_a_key_and_the_audit_ends_with_1_where_a_row_was_tampered_with()
    {
        var channel = await _app.CreateChannelAsync(new JsonObject { ["credits"] = 5 });
        for (var run = 0; run < 2; run++)
            await RunAsync("channel", "grant", Id(channel), "--credits", "25", "--note", "Invoice 1042", "--idempotency-key", "key-1");
        Assert.Equal(30m, (decimal)(await _app.ReadChannelAsync(channel))["credits_allocated"]!);
        Assert.Contains("1 channels, 0 violations.", await RunAsync("audit"), StringComparison.Ordinal);

        Sqlite.Execute(_app.DatabasePath, "UPDATE channel_usage SET reserved = 1;");
        var audit = await ProgramRun.RunAsync(_app.Folder, "audit");
        Assert.Equal(1, audit.ExitCode);
        Assert.Contains($"{channel.Id}  reserved_is_pending  expected 0, is 0.000001", audit.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("credits: Is required: more than 0", "channel", "grant", "01900000-0000-7000-8000-000000000001", "--credits", "0")]
    [InlineData("Not found.", "channel", "grant", "01900000-0000-7000-8000-000000000001", "--credits", "1")]
    [InlineData("Not found.", "channel", "show", "01900000-0000-7000-8000-000000000001")]
    [InlineData("name: Is required.", "channel", "create", "--name", "")]
    [InlineData("model: Must be one of:", "channel", "create", "--name", "x", "--model", "gpt-0")]
    [InlineData("no-such-file.md", "channel", "create", "--name", "x", "--knowledge-file", "no-such-file.md")]
    [InlineData("--name", "channel", "create")]
    [InlineData("not-an-id", "channel", "delete", "not-an-id")]
    [InlineData("explode", "channel", "explode")]
    [InlineData("--url must be an absolute http or https URL.", "healthcheck", "--url", "localhost:8080")]
    public async Task What_cannot_be_done_is_a_sentence_on_standard_error_and_exit_code_1(string sentence, params string[] arguments)
    {
        var result = await ProgramRun.RunAsync(_app.Folder, arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_is_a_sentence_too()
    {
        var notAFolder = Path.Combine(_app.Folder, "file");
        await File.WriteAllTextAsync(notAFolder, "");

        var result = await ProgramRun.RunAsync(notAFolder, "channel", "list");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("The store is unavailable.", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    public async Task Help_names_the_commands(string argument)
    {
        var result = await ServerProcess.RunAsync(_app.Folder, argument);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("channel", result.Output, StringComparison.Ordinal);
        Assert.Contains("audit", result.Output, StringComparison.Ordinal);
        Assert.Contains("healthcheck", result.Output, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var result = await ProgramRun.RunAsync(_app.Folder, arguments);
        Assert.True(result is { ExitCode: 0, Error: "" }, $"{result.ExitCode}: {result.Error}");
        return result.Output;
    }

    private async Task<int> StatusAsync(TestChannel channel)
    {
        // What another process changed is seen within 5 seconds.
        _app.Time.Advance(TimeSpan.FromSeconds(5));
        using var response = await _app.SendAsync(channel, "What are your opening hours?");
        return (int)response.StatusCode;
    }

    private static TestChannel Made(string output)
    {
        var match = System.Text.RegularExpressions.Regex.Match(
            output, "^id   (?<id>[0-9a-f-]{36})\r?\nkey  (?<key>chat_[A-Za-z0-9_-]{43})\r?\n$", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.True(match.Success, output);
        return new TestChannel(Guid.Parse(match.Groups["id"].Value), match.Groups["key"].Value, []);
    }

    private static string Id(TestChannel channel) => channel.Id.ToString();
}
