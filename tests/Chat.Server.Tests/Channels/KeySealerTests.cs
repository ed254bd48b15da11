using System.Security.Cryptography;
using System.Text;
using Chat.Server.Channels;
using Microsoft.AspNetCore.DataProtection;

namespace Chat.Server.Tests.Channels;

public sealed class KeySealerTests
{
    private static readonly Guid Channel = new("01900000-0000-7000-8000-000000000001");
    private static readonly Guid OtherChannel = new("01900000-0000-7000-8000-000000000002");

    private readonly IDataProtectionProvider _keyRing = new EphemeralDataProtectionProvider();
    private readonly string _key = ChannelKey.Create();

    [Fact]
    public void A_sealed_key_opens_for_its_channel_on_any_instance_with_the_key_ring()
    {
        var sealedKey = new KeySealer(_keyRing).Seal(Channel, _key);

        Assert.Equal(_key, new KeySealer(_keyRing).Open(Channel, sealedKey));
    }

    [Fact]
    public void The_same_key_is_sealed_differently_each_time_and_never_in_clear()
    {
        var sealer = new KeySealer(_keyRing);
        var first = sealer.Seal(Channel, _key);

        Assert.NotEqual(first, sealer.Seal(Channel, _key));
        Assert.Equal(-1, first.AsSpan().IndexOf(Encoding.UTF8.GetBytes(_key)[..12]));
    }

    [Fact]
    public void A_change_of_any_byte_is_refused()
    {
        var sealer = new KeySealer(_keyRing);
        var sealedKey = sealer.Seal(Channel, _key);
        for (var position = 0; position < sealedKey.Length; position++)
        {
            var changed = sealedKey.ToArray();
            changed[position] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => sealer.Open(Channel, changed));
        }
    }

    [Fact]
    public void A_key_cut_short_at_any_length_or_made_longer_is_refused()
    {
        var sealer = new KeySealer(_keyRing);
        var sealedKey = sealer.Seal(Channel, _key);
        for (var length = 0; length < sealedKey.Length; length++)
        {
            var cut = sealedKey[..length];
            Assert.ThrowsAny<CryptographicException>(() => sealer.Open(Channel, cut));
        }

        Assert.ThrowsAny<CryptographicException>(() => sealer.Open(Channel, [.. sealedKey, 0]));
    }

    [Fact]
    public void Another_channels_row_another_purpose_and_another_key_ring_are_refused()
    {
        var sealer = new KeySealer(_keyRing);
        var sealedKey = sealer.Seal(Channel, _key);
        var otherPurpose = _keyRing.CreateProtector("Chat.Form", Channel.ToString("D")).Protect(Encoding.UTF8.GetBytes(_key));
        var noChannel = _keyRing.CreateProtector("Chat.ChannelKey").Protect(Encoding.UTF8.GetBytes(_key));

        Assert.ThrowsAny<CryptographicException>(() => sealer.Open(OtherChannel, sealedKey));
        Assert.ThrowsAny<CryptographicException>(() => sealer.Open(Channel, otherPurpose));
        Assert.ThrowsAny<CryptographicException>(() => sealer.Open(Channel, noChannel));
        Assert.ThrowsAny<CryptographicException>(() => new KeySealer(new EphemeralDataProtectionProvider()).Open(Channel, sealedKey));
    }
}
