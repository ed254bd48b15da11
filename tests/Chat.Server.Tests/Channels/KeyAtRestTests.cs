using System.Text;
using Chat.Server.Channels;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Channels;

public sealed class KeyAtRestTests
{
    [Fact]
    public async Task No_file_beside_the_database_holds_a_key_in_clear()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(ChannelRules.Guide("# Canary\n\nThis-is-in-the-file."));
        await app.AskAsync(channel, "Canary?");
        using var rotated = await app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/key/rotate");
        string[] keys = [channel.Key, (string)(await rotated.JsonAsync())["key"]!];

        var files = Directory.GetFiles(app.Folder).Select(ReadShared).ToArray();

        // The control: what is stored in clear is found, and so is the hash that keys are looked up by.
        Assert.Contains(files, file => Holds(file, "This-is-in-the-file."u8));
        Assert.Contains(files, file => Holds(file, ChannelKey.Hash(keys[1])));
        foreach (var key in keys)
        {
            Assert.DoesNotContain(files, file => Holds(file, Encoding.UTF8.GetBytes(key)));
            Assert.DoesNotContain(files, file => Holds(file, Encoding.UTF8.GetBytes(key["chat_".Length..][..16])));
            Assert.DoesNotContain(files, file => Holds(file, Encoding.Unicode.GetBytes(key)));
            Assert.DoesNotContain(files, file => Holds(file, Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(key)))));
        }
    }

    [Fact]
    public async Task A_sealed_key_that_is_moved_to_another_row_is_not_revealed_there()
    {
        await using var app = new ChatApp();
        var first = await app.CreateChannelAsync();
        var second = await app.CreateChannelAsync();
        Sqlite.Execute(app.DatabasePath, "UPDATE channels SET key_sealed = (SELECT key_sealed FROM channels WHERE channel_id = 1) WHERE channel_id = 2;");

        using var revealed = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{second.Id}/key");

        await Problem.AssertAsync(revealed, "internal_error");
        Assert.DoesNotContain(first.Key, await revealed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_instance_on_the_same_database_reveals_the_key_too()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        await using var other = new ChatApp(app.Folder);

        using var revealed = await other.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/key");

        Assert.Equal(channel.Key, (string)(await revealed.JsonAsync())["key"]!);
    }

    private static bool Holds(byte[] file, ReadOnlySpan<byte> text) => file.AsSpan().IndexOf(text) >= 0;

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        return copy.ToArray();
    }
}
