using System.Text.Json.Nodes;
using Chat.Server.Tests.Exactness;
using Chat.Server.Tests.Infrastructure;
using Command = Chat.Server.Tests.Hosting.ProgramRun;

namespace Chat.Server.Tests.Administration.Exporting;

/// <summary>The commands <c>channel export</c> and <c>channel delete</c>, and what an export needs of a machine.</summary>
public sealed class ExportCommandTests : IAsyncLifetime
{
    // As objects or as JSON, whoever held them all would need more than the heap may have: 64 MB.
    private const int ManyRows = 200_000;
    private const string Heap = "0x4000000";

    private readonly ChatApp _app = new();
    private TestChannel _channel = null!;

    private string Id => _channel.Id.ToString();

    private string Out => Path.Combine(_app.Folder, "export.jsonl");

    public async Task InitializeAsync()
    {
        _channel = await _app.CreateChannelAsync(ChannelRules.Guide());
        await _app.AskAsync(_channel, "What are your opening hours? \ud83d\ude42");
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task The_command_writes_what_the_service_answers()
    {
        var served = await Export.ReadAsync(_app, _channel.Id);

        var printed = await Hosting.ServerProcess.RunAsync(_app.Folder, "channel", "export", Id);
        var written = await Command.RunAsync(_app.Folder, "channel", "export", Id, "--out", Out);

        Assert.Equal((0, "", 0, "", ""), (printed.ExitCode, printed.Error, written.ExitCode, written.Output, written.Error));
        // The clock of a process of its own: what has expired by then is not in it.
        Assert.Equal(served.Lines[0].ToJsonString(), Export.Whole(printed.Output).Lines[0].ToJsonString());
        Assert.Equal(Export.Whole(printed.Output).WithoutItsTime(), Export.Whole(await File.ReadAllTextAsync(Out)).WithoutItsTime());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Out));
    }

    [Fact]
    public async Task A_file_that_exists_or_cannot_be_written_is_left_alone_and_so_is_the_channel()
    {
        await File.WriteAllTextAsync(Out, "an earlier export");
        string[][] attempts =
        [
            ["channel", "export", Id, "--out", Out],
            ["channel", "delete", Id, "--export-first", Out],
            ["channel", "export", Id, "--out", Path.Combine(_app.Folder, "no-such-folder", "x.jsonl")],
        ];
        foreach (var arguments in attempts)
        {
            var result = await Command.RunAsync(_app.Folder, arguments);
            Assert.Equal(1, result.ExitCode);
            Assert.StartsWith("The file cannot be written: ", result.Error, StringComparison.Ordinal);
        }

        var unknown = await Command.RunAsync(_app.Folder, "channel", "export", Guid.Empty.ToString(), "--out", Out + "2");
        Assert.Equal((1, "Not found."), (unknown.ExitCode, unknown.Error.TrimEnd()));
        Assert.Equal("an earlier export", await File.ReadAllTextAsync(Out));
        Assert.Equal([Out], Directory.GetFiles(_app.Folder, "export*"));
        Assert.True((bool)(await _app.ReadChannelAsync(_channel))["active"]!);
    }

    [Fact]
    public async Task Deleting_with_an_export_first_keeps_everything_in_the_file_and_nothing_in_the_store()
    {
        var result = await Command.RunAsync(_app.Folder, "channel", "delete", Id, "--export-first", Out);

        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
        var export = Export.Whole(await File.ReadAllTextAsync(Out));
        Assert.False((bool)export.Lines[0]["channel"]!["active"]!);
        Assert.Single(export.Of("usage"));
        Assert.Equal(0, Rows.Count(_app, "channels"));
        var again = await Command.RunAsync(_app.Folder, "channel", "delete", Id, "--export-first", Out + "2");
        Assert.Equal((1, "Not found."), (again.ExitCode, again.Error.TrimEnd()));
        Assert.False(File.Exists(Out + "2"));
    }

    [Fact]
    public async Task An_export_needs_the_same_memory_however_much_there_is()
    {
        Rows.Execute(_app, $"""
            WITH RECURSIVE lines (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM lines WHERE n < {ManyRows})
            INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at)
            SELECT 1, printf('00000000-0000-4000-9000-%012x', n), 'llama-3.3-70b-versatile', 'mock/llama-3.3-70b', 41, 9, 50000, 872, n FROM lines;
            """);
        await using var service = await ServerProcess.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Storage__Path"] = _app.DatabasePath,
            ["Admin__Token"] = ChatApp.AdminToken,
            ["DOTNET_GCHeapHardLimit"] = Heap,
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/admin/v1/channels/{Id}/export");
        request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);

        using var response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (lines, last) = (0L, "");
        for (; await reader.ReadLineAsync() is { } line; lines++)
            last = line;

        var end = JsonNode.Parse(last)!;
        Assert.Equal(("end", lines - 1), ((string)end["type"]!, (long)end["lines"]!));
        Assert.True(lines > ManyRows);
    }
}
