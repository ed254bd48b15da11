using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.DataProtection;

namespace Chat.Widget.Home;

/// <summary>
/// Puts a small value into a text that only this site can read and nobody can change: the site's own Data Protection keys. What cannot
/// be opened, because it was changed or the keys are gone, is as if it were not there.
/// </summary>
internal sealed class Seal(IDataProtectionProvider protection, string purpose)
{
    // Far above what is sealed here, and far below what a few bytes can be made to unpack to.
    private const int LongestValue = 64 * 1024;

    private readonly IDataProtector _protector = protection.CreateProtector("Chat.Widget", purpose, "v1");

    public string Close<T>(T value, JsonTypeInfo<T> type)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            JsonSerializer.Serialize(deflate, value, type);
        return Base64Url.EncodeToString(_protector.Protect(packed.ToArray()));
    }

    public T? Open<T>(string? text, JsonTypeInfo<T> type)
        where T : class
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            using var packed = new MemoryStream(_protector.Unprotect(Base64Url.DecodeFromChars(text)));
            using var deflate = new DeflateStream(packed, CompressionMode.Decompress);
            using var json = new MemoryStream();
            var block = new byte[4_096];
            for (int read; (read = deflate.Read(block)) > 0 && json.Length < LongestValue;)
                json.Write(block, 0, read);
            return JsonSerializer.Deserialize(json.GetBuffer().AsSpan(0, (int)json.Length), type);
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or InvalidDataException or JsonException)
        {
            return null;
        }
    }
}
