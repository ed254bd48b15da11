using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Chat.Server.Hosting.Docs;

/// <summary>
/// Scalar's script, 4.3 MB that stay on disk: nothing but its fingerprint is kept in memory, and it is sent from the file.
/// </summary>
internal sealed class ScalarBundle
{
    private const string FileName = "scalar.js";

    /// <summary>In the order of preference: the smallest first.</summary>
    private static readonly (string Encoding, string Suffix)[] Compressed = [("br", ".br"), ("gzip", ".gz")];

    private readonly string _path;

    private ScalarBundle(string path, string fingerprint)
    {
        _path = path;
        Fingerprint = fingerprint;
    }

    /// <summary>The first 16 hexadecimal digits of the script's SHA-256: part of its address, so that it can be cached for good.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads the script once, in pieces, for its fingerprint; null when the folder does not hold it.</summary>
    public static ScalarBundle? Find(string directory)
    {
        var path = Path.GetFullPath(Path.Combine(directory, FileName));
        if (!File.Exists(path))
        {
            return null;
        }

        using var script = File.OpenRead(path);
        return new ScalarBundle(path, Convert.ToHexStringLower(SHA256.HashData(script))[..16]);
    }

    /// <summary>The copy that a caller with this <c>Accept-Encoding</c> should get.</summary>
    public ScalarCopy For(StringValues acceptEncoding)
    {
        var accepted = StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var parsed) ? parsed : [];
        foreach (var (encoding, suffix) in Compressed)
        {
            var path = _path + suffix;
            if (Accepts(accepted, encoding) && File.Exists(path))
            {
                return new ScalarCopy(path, encoding, $"{Fingerprint}-{encoding}");
            }
        }

        return new ScalarCopy(_path, Encoding: null, Fingerprint);
    }

    private static bool Accepts(IList<StringWithQualityHeaderValue> accepted, string encoding) =>
        accepted.Any(value => value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && value.Quality is null or > 0);
}

/// <summary>One stored form of the script: the file, its content coding (null: none) and its entity tag without the quotes.</summary>
internal sealed record ScalarCopy(string Path, string? Encoding, string Tag);
