using Chat.Server.Tests.Hosting;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Copying;

/// <summary>The command <c>database copy</c>: what it prints and what it refuses.</summary>
public sealed class CopyCommandTests : CopyTest
{
    [Fact]
    public async Task It_prints_what_is_there_now_and_that_it_was_compared()
    {
        new BusyStore(Source, new Random(31)).Live(700);

        var result = await ServerProcess.RunAsync(Folder, new Dictionary<string, string> { ["COPY_TO"] = To }, "database", "copy", "--to-env", "COPY_TO");

        Assert.True(result.ExitCode == 0, result.Error);
        foreach (var table in StoreDump.Tables(Source))
            Assert.Matches($"(?m)^{table} +{Source.Query($"SELECT COUNT(*) FROM {table}")[0]} rows.*  same\r?$", result.Output);
        Assert.Contains($"credits {Source.Query("SELECT SUM(credits) FROM usage")[0]}  same", result.Output, StringComparison.Ordinal);
        Assert.Matches("Audit of the target: [0-9]+ channels, 0 violations.", result.Output);
        Assert.Matches("The copy is of 2[0-9-]{9}T[0-9:.]{12}Z", result.Output);
        Assert.Contains($"From {Source.FilePath} to {Target.FilePath}.", result.Error, StringComparison.Ordinal);
        Assert.Matches("(?m)^turns: [0-9]+ rows copied\r?$", result.Error);
        Assert.Equal(StoreDump.Of(Source), StoreDump.Of(Target));
    }

    [Theory]
    [InlineData("AFTER INSERT ON turns WHEN (SELECT COUNT(*) FROM turns) = 5 BEGIN UPDATE turns SET message = 'another' WHERE turn_id = NEW.turn_id; END", "turns", "1 rows are not the same")]
    [InlineData("AFTER INSERT ON usage WHEN (SELECT COUNT(*) FROM usage) = 5 BEGIN UPDATE usage SET credits = credits + 1 WHERE usage_id = NEW.usage_id; END", "usage", "1 rows are not the same")]
    [InlineData("AFTER INSERT ON refusals WHEN (SELECT COUNT(*) FROM refusals) = 5 BEGIN DELETE FROM refusals; END", "refusals", "rows are not the same")]
    public async Task A_target_that_does_not_keep_what_it_is_given_is_found_out(string trigger, string table, string difference)
    {
        new BusyStore(Source, new Random(32)).Live(700);
        await Target.MigrateAsync();
        Target.Execute($"CREATE TRIGGER broken {trigger};");

        var result = await ProgramRun.RunAsync(Folder, "database", "copy", "--to", To);

        Assert.Equal(1, result.ExitCode);
        Assert.Matches($"(?m)^{table} .*DIFFERS.*{difference}\r?$", result.Output);
        Assert.Contains("The target differs from the source. Do not use it", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Books_that_did_not_add_up_before_do_not_pass_for_a_good_copy()
    {
        new BusyStore(Source, new Random(33)).Live(300);
        Source.Execute("UPDATE channel_usage SET allocated = allocated + 1 WHERE channel_id = 2");

        var result = await ProgramRun.RunAsync(Folder, "database", "copy", "--to", To);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("allocated_is_granted", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("DIFFERS", result.Output, StringComparison.Ordinal);
        Assert.Contains("The target is the same as the source, and its books do not add up", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Say either --to or --to-env.")]
    [InlineData("Say either --to or --to-env.", "--to", "sqlite:x.db", "--to-env", "X")]
    [InlineData("The target is empty.", "--to-env", "NO_SUCH_VARIABLE")]
    [InlineData("The target must name a file.", "--to", "sqlite:")]
    [InlineData("The target must say Encrypt=true: the server is not on this machine.", "--to", "Server=db.example;Database=chat;User Id=sa;Password=hunter2")]
    [InlineData("The target is not a connection string", "--to", "hunter2")]
    [InlineData("The store is unavailable.", "--to", "Server=127.0.0.1,1;Database=chat;User Id=sa;Password=hunter2;Connect Timeout=2")]
    public async Task A_target_that_cannot_be_is_a_sentence_without_its_password(string sentence, params string[] arguments)
    {
        var result = await ProgramRun.RunAsync(Folder, ["database", "copy", .. arguments]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Output + result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_or_target_of_another_version_is_a_sentence_and_nothing_is_changed()
    {
        await Target.MigrateAsync();
        Target.Execute("INSERT INTO schema_migrations VALUES ('9999_later', 1)");
        var newer = await ProgramRun.RunAsync(Folder, "database", "copy", "--to", To);
        Assert.Equal(1, newer.ExitCode);
        Assert.Contains("it has 9999_later", newer.Error, StringComparison.Ordinal);

        using var empty = new TemporaryStore();
        var missing = await ProgramRun.RunAsync(Path.GetDirectoryName(empty.FilePath)!, "database", "copy", "--to", $"sqlite:{empty.FilePath}2");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("run `database migrate` first", missing.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(empty.FilePath) || File.Exists(empty.FilePath + "2"));
    }
}
