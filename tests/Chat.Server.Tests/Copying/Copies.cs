using Chat.Server.Hosting.Copying;
using Chat.Server.Storage;
using Chat.Server.Storage.Copying;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Server.Tests.Copying;

/// <summary>Copies of a store within the test's own process.</summary>
internal static class Copies
{
    public static async Task<CopyReport> RunAsync(
        Database source, Database target, Action<CopyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await target.PrepareAsync(cancellationToken);
        var copy = new DatabaseCopy(source, new FakeTime(ChatApp.Noon), NullLogger<Migrator>.Instance);
        return await copy.RunAsync(target, progress ?? (_ => { }), cancellationToken);
    }

    /// <summary>As processes of its own would: no connection is left open.</summary>
    public static async Task<CopyReport> RunAsync(
        TemporaryStore source, TemporaryStore target, Action<CopyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var from = new SqliteDatabase(source.FilePath, new StorageOptions());
        using var to = new SqliteDatabase(target.FilePath, new StorageOptions());
        return await RunAsync(from, to, progress, cancellationToken);
    }
}
