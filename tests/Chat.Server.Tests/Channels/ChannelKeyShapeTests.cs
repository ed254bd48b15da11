using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Chat.Server.Channels;

namespace Chat.Server.Tests.Channels;

public sealed class ChannelKeyShapeTests
{
    private const string Good = "chat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void A_key_is_the_prefix_and_256_bits_in_base64url()
    {
        var key = ChannelKey.Create();

        Assert.Matches("^chat_[A-Za-z0-9_-]{43}$", key);
        Assert.Equal(32, Base64Url.DecodeFromChars(key.AsSpan("chat_".Length)).Length);
        Assert.True(ChannelKey.IsWellFormed(key));
    }

    [Fact]
    public void Every_bit_of_many_keys_is_set_about_half_of_the_time_and_no_key_comes_twice()
    {
        const int keys = 2_000;
        var ones = new int[256];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 0; number < keys; number++)
        {
            var key = ChannelKey.Create();
            Assert.True(seen.Add(key));
            var bytes = Base64Url.DecodeFromChars(key.AsSpan("chat_".Length));
            for (var bit = 0; bit < ones.Length; bit++)
                ones[bit] += bytes[bit / 8] >> (bit % 8) & 1;
        }

        // Seven standard deviations of a fair coin: by chance about once in a billion runs.
        var tolerance = 7 * Math.Sqrt(keys / 4.0);
        Assert.All(ones, count => Assert.InRange(count, keys / 2 - tolerance, keys / 2 + tolerance));
    }

    [Theory]
    [InlineData("")]
    [InlineData("chat_")]
    [InlineData(Good + "A")]
    [InlineData("Chat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("chatAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("chat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("chat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+")]
    [InlineData("chat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/")]
    [InlineData("chat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0")]
    [InlineData("chat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAÄ")]
    public void What_has_another_shape_is_no_key(string text)
    {
        Assert.True(ChannelKey.IsWellFormed(Good));
        Assert.False(ChannelKey.IsWellFormed(text));
    }

    [Fact]
    public void A_key_is_found_by_the_sha256_of_its_whole_text()
    {
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(Good)), ChannelKey.Hash(Good));
        Assert.NotEqual(ChannelKey.Hash(Good), ChannelKey.Hash(Good[..^1] + "B"));
        Assert.NotEqual(ChannelKey.Hash(Good), ChannelKey.Hash(Good.ToLowerInvariant()));
    }
}
