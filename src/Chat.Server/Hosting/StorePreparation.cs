using Chat.Server.Channels;
using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting;

/// <summary>Makes the store fit for use: its schema is this program's, and its key ring opens. The service and every command begin with it.</summary>
internal sealed class StorePreparation(Migrator migrator, KeyRing keyRing, IOptions<StorageOptions> options)
{
    /// <exception cref="StoreUnavailableException">The store is out of reach.</exception>
    /// <exception cref="Exception">One that <see cref="IsUnfit"/> names.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await migrator.EnsureAsync(options.Value.MigrateOnStart, cancellationToken);
        await keyRing.PrepareAsync(cancellationToken);
    }

    /// <summary>Whether a fault means that the store answers and may not be used; its message is a sentence for the operator.</summary>
    public static bool IsUnfit(Exception fault) =>
        fault is PendingMigrationsException or DatabaseTooNewException or MigrationFailedException or KeyRingLockedException;
}
