using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Theme;

/// <summary>A stylesheet as it is sent: packed once, by us, because many sites pack nothing of their own. Nothing in it is a visitor's or a secret.</summary>
internal sealed partial class Stylesheet
{
    /// <summary>For an address that names the content: a browser may keep it for ever.</summary>
    public const string Forever = "public, max-age=31536000, immutable";

    /// <summary>For an address of another version, as a page of the release before may ask for: it gets this one, and must not keep it.</summary>
    public const string NotKept = "no-cache";

    private readonly byte[] _plain;
    private readonly byte[] _gzip;
    private readonly byte[] _brotli;

    public Stylesheet(string text)
    {
        _plain = Encoding.UTF8.GetBytes(text);
        _gzip = Pack(to => new GZipStream(to, CompressionLevel.SmallestSize));
        _brotli = Pack(to => new BrotliStream(to, CompressionLevel.Optimal));
    }

    /// <summary>Reads a file that was written to be read: what is sent has neither comments nor indentation.</summary>
    public static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return Space().Replace(Comment().Replace(reader.ReadToEnd(), ""), "${mark}").Trim();
    }

    /// <summary>Names a content: eight hexadecimal digits.</summary>
    public static string VersionOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    /// <summary>Sends it, packed as the browser takes it.</summary>
    public async Task SendAsync(HttpContext context, string cacheControl)
    {
        context.Response.ContentType = "text/css; charset=utf-8";
        context.Response.Headers.CacheControl = cacheControl;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var body = Encode(context);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private byte[] Encode(HttpContext context)
    {
        context.Response.Headers.Vary = "Accept-Encoding";
        var accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        foreach (var (encoding, bytes) in new[] { ("br", _brotli), ("gzip", _gzip) })
        {
            if (!accepted.Any(value => value.Value == encoding && value.Quality is not 0))
                continue;
            context.Response.Headers.ContentEncoding = encoding;
            return bytes;
        }

        return _plain;
    }

    private byte[] Pack(Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
            stream.Write(_plain);
        return packed.ToArray();
    }

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Comment();

    // A blank after a colon goes too: here a colon with a blank always stands between a property and its value.
    [GeneratedRegex(@"\s*(?<mark>[{};,])\s*|(?<=:) +|\n\s*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Space();
}
