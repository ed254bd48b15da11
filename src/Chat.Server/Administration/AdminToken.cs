using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Administration;

/// <summary>The operator's settings: section <c>Admin</c>.</summary>
public sealed class AdminOptions
{
    /// <summary>
    /// The bearer token of <c>/admin/v1</c>. Without it that surface does not exist, but in Development, where a token is
    /// made on first start and kept beside the database.
    /// </summary>
    public string? Token { get; set; }
}

/// <summary>The token of the administration surface: configured, or in Development made and kept in a file of the owner's alone.</summary>
public sealed partial class AdminToken
{
    private const string FileName = "admin-token";
    private const int RandomBytes = 32;

    private readonly byte[]? _hash;

    /// <summary>Finds or makes the token.</summary>
    public AdminToken(IOptions<AdminOptions> admin, IOptions<StorageOptions> storage, IHostEnvironment environment, ILogger<AdminToken> logger)
    {
        var token = admin.Value.Token?.Trim();
        if (string.IsNullOrEmpty(token) && environment.IsDevelopment())
        {
            FilePath = Path.Combine(Path.GetDirectoryName(storage.Value.AbsolutePath(environment))!, FileName);
            token = ReadOrCreate(FilePath, logger);
        }

        _hash = string.IsNullOrEmpty(token) ? null : Hash(token);
    }

    /// <summary>Where the development token is kept; null when the token was configured, or there is none.</summary>
    public string? FilePath { get; }

    /// <summary>Whether there is a token, and so an administration surface.</summary>
    public bool Exists => _hash is not null;

    /// <summary>Whether this is the token; takes the same time whatever it is.</summary>
    public bool Matches(string presented) => _hash is not null && CryptographicOperations.FixedTimeEquals(Hash(presented), _hash);

    /// <summary>
    /// What tells this token from another and opens nothing: whoever keeps it knows later whether the token is still the same. Null where there is none.
    /// </summary>
    public string? Fingerprint => _hash is null ? null : Base64Url.EncodeToString(SHA256.HashData(_hash));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static string ReadOrCreate(string path, ILogger logger)
    {
        if (OwnerOnlyFile.Read(path) is { } kept)
            return kept;
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        OwnerOnlyFile.Write(path, token);
        Log.Created(logger, path);
        return token;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Made an administration token for Development. It is in {Path}, readable by its owner only.")]
        public static partial void Created(ILogger logger, string path);
    }
}
