using Chat.Server.Storage;
using Chat.Server.Storage.Copying;

namespace Chat.Server.Tests.Copying;

/// <summary>A target that holds anything but an earlier copy is refused and left as it is; one that does is not, whatever has happened to the source since.</summary>
public sealed class CopyRefusalTests : CopyTest
{
    private BusyStore _life = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _life = new BusyStore(Source, new Random(11));
        _life.Live(600);
    }

    [Fact]
    public async Task A_store_of_other_channels_is_refused()
    {
        await Target.MigrateAsync();
        new BusyStore(Target, new Random(12)).Live(50);
        await IsRefusedAsync("of channels");
    }

    // Each stands for a service that has answered on the target since the copy.
    [Theory]
    [InlineData("usage", "INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at) SELECT MIN(channel_id), 'new', 'guide', 'guide', 1, 1, 0, 1, 1 FROM channels")]
    [InlineData("channels", "INSERT INTO channels (public_id, name, model, system_prompt, knowledge, guide_fallback, active, requests_per_minute, requests_per_day, max_output_tokens, allowed_origins, suggested_questions, key_hash, key_sealed, created_at, updated_at) VALUES ('new', 'n', 'guide', '', '', 0, 1, 60, 1000, 1024, '[]', '[]', x'00', x'00', 1, 1)")]
    [InlineData("credit_grants", "INSERT INTO credit_grants (channel_id, credits, note, created_at) SELECT MIN(channel_id), 5, '', 1 FROM channels")]
    [InlineData("threads", "INSERT INTO threads (channel_id, created_at, expires_at) SELECT MIN(channel_id), 1, 2 FROM channels")]
    [InlineData("turns", "INSERT INTO turns (message_id, channel_id, state, model, message, prompt_tokens, completion_tokens, reserved, charged, day_no, created_at, lease_until) SELECT 'new', MIN(channel_id), 2, 'guide', '', 0, 0, 0, 0, 1, 1, 1 FROM channels")]
    [InlineData("usage", "UPDATE usage SET message_id = 'new' WHERE usage_id = (SELECT MIN(usage_id) FROM usage)")]
    public async Task A_copy_that_has_been_served_is_refused(string table, string happening)
    {
        await Copies.RunAsync(Source, Target);
        Target.Execute(happening);
        await IsRefusedAsync($"of {table}");
    }

    // Both were served: the source has given the same number to something else since.
    [Fact]
    public async Task A_copy_that_was_served_beside_its_source_is_refused()
    {
        await Copies.RunAsync(Source, Target);
        new BusyStore(Target, new Random(13)).Live(100);
        _life.Live(400);
        await IsRefusedAsync("of ");
    }

    // The highest line of usage went with its channel, and its number is free again: only that usage never goes alone tells.
    [Fact]
    public async Task A_charge_under_a_number_that_was_free_again_is_seen()
    {
        await Copies.RunAsync(Source, Target);
        const string DeleteChannelOfLatestUsage =
            "PRAGMA foreign_keys = ON; DELETE FROM channels WHERE channel_id = (SELECT channel_id FROM usage ORDER BY usage_id DESC LIMIT 1);";
        Source.Execute(DeleteChannelOfLatestUsage);
        await Copies.RunAsync(Source, Target);
        Target.Execute("""
            INSERT INTO usage (usage_id, channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at)
            SELECT MAX(usage_id) + 1, MIN(channel_id), 'new', 'guide', 'guide', 1, 1, 0, 1, 1 FROM usage
            """);
        await IsRefusedAsync("of usage");
    }

    [Fact]
    public async Task The_source_itself_is_refused_by_whatever_path()
    {
        var before = StoreDump.Of(Source);
        var link = Path.Combine(Path.GetDirectoryName(Target.FilePath)!, "link.db");
        File.CreateSymbolicLink(link, Source.FilePath);
        using var from = new SqliteDatabase(Source.FilePath, new StorageOptions());
        using var to = new SqliteDatabase(link, new StorageOptions());

        var fault = await Assert.ThrowsAsync<CopyException>(() => Copies.RunAsync(from, to));

        Assert.Equal("The target is the database that is to be copied. Nothing was changed.", fault.Message);
        Assert.Equal(before, StoreDump.Of(Source));
    }

    // Sessions are forgotten and channels deleted while a copy exists: that the highest numbers are gone is no sign of other data.
    [Theory]
    [InlineData("DELETE FROM turns WHERE thread_id = (SELECT MAX(thread_id) FROM threads) OR turn_id = (SELECT MAX(turn_id) FROM turns WHERE state > 0); DELETE FROM threads WHERE thread_id = (SELECT MAX(thread_id) FROM threads)")]
    [InlineData("DELETE FROM channels WHERE channel_id = (SELECT MAX(channel_id) FROM channels)")]
    [InlineData("DELETE FROM channels WHERE channel_id = (SELECT channel_id FROM usage ORDER BY usage_id DESC LIMIT 1)")]
    [InlineData("DELETE FROM channels")]
    public async Task What_the_source_deleted_since_is_deleted_in_the_copy(string deletion)
    {
        await Copies.RunAsync(Source, Target);
        Source.Execute($"PRAGMA foreign_keys = ON; {deletion};");

        await Copies.RunAsync(Source, Target);

        Assert.Equal(StoreDump.Of(Source), StoreDump.Of(Target));
    }

    // A service that was started on the empty target has made a key ring of its own, which sealed nothing.
    [Fact]
    public async Task A_key_ring_that_a_first_start_left_in_the_target_gives_way()
    {
        Source.Execute("INSERT INTO data_protection_keys (friendly_name, xml, created_at) VALUES ('ours', '<key>ours</key>', 1)");
        await Target.MigrateAsync();
        Target.Execute("INSERT INTO data_protection_keys (friendly_name, xml, created_at) VALUES ('theirs', '<key/>', 1), ('theirs', '<key/>', 2), ('theirs', '<key/>', 3)");

        await Copies.RunAsync(Source, Target);

        Assert.Equal(StoreDump.Of(Source), StoreDump.Of(Target));
    }

    private async Task IsRefusedAsync(string where)
    {
        var (source, target) = (StoreDump.Of(Source), StoreDump.Of(Target));
        var fault = await Assert.ThrowsAsync<CopyException>(() => Copies.RunAsync(Source, Target));
        Assert.StartsWith("The target holds data that is not of this source: row ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(where, fault.Message, StringComparison.Ordinal);
        Assert.Equal(source, StoreDump.Of(Source));
        Assert.Equal(target, StoreDump.Of(Target));
    }
}
