using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Chat.Server.Channels;

/// <summary>A channel's key: <c>chat_</c> and 43 characters of base64url, 256 random bits (contract, "Key").</summary>
public static class ChannelKey
{
    private const string Prefix = "chat_";
    private const int RandomBytes = 32;
    private const int Length = 48;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>A new key.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Whether the text has a key's shape; one that has not is wrong without a look at the store.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length == Length
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && !text.AsSpan(Prefix.Length).ContainsAnyExcept(Alphabet);

    /// <summary>The SHA-256 by which a key is found; the only thing that is ever compared.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

/// <summary>
/// Seals keys at rest with AES-256 (ASP.NET Core Data Protection), each for its own channel: a sealed key moved to another
/// row does not open.
/// </summary>
public sealed class KeySealer(IDataProtectionProvider protection)
{
    /// <summary>Seals a key for a channel.</summary>
    public byte[] Seal(Guid channelId, string key) => ProtectorFor(channelId).Protect(Encoding.UTF8.GetBytes(key));

    /// <summary>Opens a channel's sealed key.</summary>
    /// <exception cref="CryptographicException">It was not sealed for this channel, was changed, or the key ring that sealed it is gone.</exception>
    public string Open(Guid channelId, byte[] sealedKey) => Encoding.UTF8.GetString(ProtectorFor(channelId).Unprotect(sealedKey));

    private IDataProtector ProtectorFor(Guid channelId) => protection.CreateProtector("Chat.ChannelKey", channelId.ToString("D"));
}
