using Chat.Server.Storage;

namespace Chat.Server.Channels;

/// <summary>Makes the key ring ready before it is used, and says in the log what an operator should know of it.</summary>
internal sealed partial class KeyRing(
    KeyRingStore store, KeyRingSeal seal, Database database, IHostEnvironment environment, TimeProvider time, ILogger<KeyRing> logger)
{
    private static readonly TimeSpan Notice = TimeSpan.FromDays(30);

    private bool _warned;

    /// <summary>Opens every key of the ring, and encrypts those that are not as they should be.</summary>
    /// <exception cref="KeyRingLockedException">A key cannot be opened.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (await store.ResealAsync(cancellationToken) is > 0 and var count)
            Log.Resealed(logger, count);
        if (_warned)
            return;
        _warned = true;
        if (seal.Certificate is null && ShouldBeEncrypted(database.Engine, environment.IsProduction()))
            Log.InClear(logger);
        if (seal.Certificate is { } certificate && new DateTimeOffset(certificate.NotAfter) is var end && end - time.GetUtcNow() < Notice)
            Log.ExpiresSoon(logger, end);
    }

    // On a developer's machine a warning at every start would be read by nobody.
    internal static bool ShouldBeEncrypted(DatabaseEngine engine, bool production) => engine == DatabaseEngine.SqlServer || production;

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The key ring that seals channel keys stands in the database in clear: whoever reads the database or a backup of it can open every channel's key. Set DataProtection:CertificatePath to encrypt it.")]
        public static partial void InClear(ILogger logger);

        [LoggerMessage(Level = LogLevel.Information, Message = "Encrypted {Count} keys of the key ring with the certificate of DataProtection:CertificatePath.")]
        public static partial void Resealed(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The certificate of DataProtection:CertificatePath expires at {End:u}; a start after that is refused.")]
        public static partial void ExpiresSoon(ILogger logger, DateTimeOffset end);
    }
}
