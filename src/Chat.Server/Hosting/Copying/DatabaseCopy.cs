using Chat.Server.Quotas;
using Chat.Server.Storage;
using Chat.Server.Storage.Copying;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting.Copying;

/// <summary>What a copy came to.</summary>
/// <param name="At">Of when it is.</param>
/// <param name="IsSnapshot">Whether the source was read as of one instant.</param>
/// <param name="Tables">Each table, on both sides.</param>
/// <param name="Audit">The target's books.</param>
internal sealed record CopyReport(DateTimeOffset At, bool IsSnapshot, IReadOnlyList<TableOutcome> Tables, AuditReport Audit)
{
    /// <summary>Whether nothing differs.</summary>
    public bool IsSame => Tables.All(table => table.IsSame);

    /// <summary>Whether nothing differs and the books add up.</summary>
    public bool IsRight => IsSame && Audit.Violations.Count == 0;
}

/// <summary>
/// Copies the configured store to another, and verifies it. The source is only read, as of one instant, so a service may go on
/// using it; what that writes afterwards is taken over by running the copy again. See <see cref="StoreCopy"/>.
/// </summary>
internal sealed class DatabaseCopy(Database source, TimeProvider time, ILogger<Migrator> logger)
{
    // Nobody sweeps a target: turns whose lease has ended wait for the first service on it, for as long as that takes.
    private static readonly IOptions<AuditOptions> Unswept = Options.Create(new AuditOptions { SweepGrace = TimeSpan.FromDays(36_500) });

    /// <summary>Copies, or goes on with a copy that was broken off, and verifies.</summary>
    /// <exception cref="CopyException">The target is the source or holds other data, or an engine refused a statement.</exception>
    /// <exception cref="StoreUnavailableException">One of the two is out of reach; run again, the copy goes on.</exception>
    public async Task<CopyReport> RunAsync(Database target, Action<CopyProgress> progress, CancellationToken cancellationToken)
    {
        await new Migrator(target, time, logger).MigrateAsync(cancellationToken);
        return await source.SnapshotAsync(session => CopyAsync(session, target, progress, cancellationToken), cancellationToken);
    }

    private async Task<CopyReport> CopyAsync(DbSession session, Database target, Action<CopyProgress> progress, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        var tables = await new StoreCopy(CopiedTables.InOrder, session, target, progress, cancellationToken).RunAsync();
        return new CopyReport(at, session.IsSnapshot, tables, await new Audit(target, Unswept, time).RunAsync(cancellationToken));
    }
}
