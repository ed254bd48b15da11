using System.Xml.Linq;
using Chat.Server.Channels;
using Chat.Server.Tests.Administration;
using Microsoft.AspNetCore.DataProtection;
using static Chat.Server.Tests.Channels.KeyRings;

namespace Chat.Server.Tests.Channels;

/// <summary>What was changed behind the service's back, a sealed key or the ring that seals it, is refused and never opens as something else.</summary>
public sealed class KeyRingTamperingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-key-ring-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_sealed_key_that_was_changed_in_any_byte_is_refused()
    {
        await using var app = Encrypted(_folder, TestCertificates.First);
        var channel = await app.CreateChannelAsync();
        var sealedKey = Convert.FromHexString(Text(app, "SELECT hex(key_sealed) FROM channels;"));
        for (var position = 0; position < sealedKey.Length; position++)
        {
            Store(sealedKey, position);
            using var revealed = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/key");
            Assert.Equal(500, (int)revealed.StatusCode);
            Assert.DoesNotContain("chat_", await revealed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // The control: as it was, it opens.
        Store(sealedKey, null);
        Assert.Equal(channel.Key, await RevealAsync(app, channel));

        void Store(byte[] bytes, int? changed)
        {
            var stored = bytes.ToArray();
            if (changed is { } position)
                stored[position] ^= 0x01;
            Sqlite.Execute(app.DatabasePath, $"UPDATE channels SET key_sealed = x'{Convert.ToHexString(stored)}';");
        }
    }

    [Fact]
    public void A_key_of_the_ring_that_was_changed_in_any_byte_never_opens_as_another()
    {
        using var seal = SealWith(TestCertificates.First);
        var original = XElement.Parse(Key);
        var sealedKey = seal.Seal(original);
        var secret = original.Descendants("value").Single().Value;
        Assert.Equal(secret, seal.Open(sealedKey).Descendants("value").Single().Value);
        var (refused, same) = (0, 0);
        for (var part = 0; part < 2; part++)
        {
            var bytes = Convert.FromBase64String(CipherValues(sealedKey)[part].Value);
            for (var position = 0; position < bytes.Length; position++)
            {
                var changed = new XElement(sealedKey);
                CipherValues(changed)[part].Value = Convert.ToBase64String([.. bytes.Select((value, index) => index == position ? (byte)(value ^ 0x04) : value)]);
                if (OpenOrNull(seal, changed) is not { } opened)
                    refused++;
                else if (opened == secret)
                    same++;
                else
                    Assert.Fail($"Byte {position} of cipher {part}: another key came out.");
            }
        }

        // What can change unnoticed is around the key material, such as the name of an attribute.
        Assert.True(same < refused / 20, $"{refused} refused, {same} opened all the same.");
        // The control: it is the code beside it that notices, and it cannot be left out.
        sealedKey.Descendants().Single(element => element.Name.LocalName == "encryptedSecret").SetAttributeValue("integrity", null);
        Assert.Null(OpenOrNull(seal, sealedKey));
    }

    [Fact]
    public void Key_material_of_one_key_is_refused_in_another()
    {
        using var seal = SealWith(TestCertificates.First);
        var moved = seal.Seal(XElement.Parse(Key));
        moved.SetAttributeValue("id", "01900000-0000-7000-8000-000000000002");

        Assert.Throws<KeyRingLockedException>(() => seal.Open(moved));
    }

    [Fact]
    public void A_key_of_the_ring_that_is_cut_short_is_refused()
    {
        using var seal = SealWith(TestCertificates.First);
        var sealedKey = seal.Seal(XElement.Parse(Key));
        CipherValues(sealedKey)[1].Value = CipherValues(sealedKey)[1].Value[..8];

        var fault = Assert.Throws<KeyRingLockedException>(() => seal.Open(sealedKey));

        Assert.Equal("The key ring in the database cannot be opened: key 01900000-0000-7000-8000-000000000001 is damaged. Restore its row of data_protection_keys from a backup.", fault.Message);
    }

    [Fact]
    public void The_Data_Protection_in_use_is_not_one_that_took_forged_payloads()
    {
        // CVE-2026-40372: 10.0.0 to 10.0.6 did.
        var version = System.Diagnostics.FileVersionInfo.GetVersionInfo(typeof(DataProtectionBuilderExtensions).Assembly.Location).ProductVersion!;

        Assert.True(Version.Parse(version.Split('+', '-')[0]) >= new Version(10, 0, 7), version);
    }

    private static List<XElement> CipherValues(XElement key) => [.. key.Descendants().Where(element => element.Name.LocalName == "CipherValue")];

    private static string? OpenOrNull(KeyRingSeal seal, XElement key)
    {
        try
        {
            return seal.Open(key).Descendants("value").Single().Value;
        }
        catch (KeyRingLockedException)
        {
            return null;
        }
    }
}
