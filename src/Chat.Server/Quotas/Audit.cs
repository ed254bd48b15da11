using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Quotas;

/// <summary>What the audit takes for granted.</summary>
public sealed class AuditOptions
{
    /// <summary>How long after its lease a pending turn may still wait for a sweep. Whoever runs the sweeps sets it.</summary>
    public TimeSpan SweepGrace { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>A rule of the books that a channel breaks.</summary>
/// <param name="ChannelId">The channel's public id.</param>
/// <param name="Invariant">The rule's name, one of <see cref="Invariants"/>.</param>
/// <param name="Expected">What the rows add up to, or the bound: credits where the rule is about money, else a number of rows.</param>
/// <param name="Actual">What the account, or the table, says instead.</param>
public sealed record AuditViolation(Guid ChannelId, string Invariant, decimal Expected, decimal Actual);

/// <summary>The outcome of an audit.</summary>
/// <param name="Channels">How many channels were looked at.</param>
/// <param name="Violations">What was found, in the order of the channels' making.</param>
public sealed record AuditReport(int Channels, IReadOnlyList<AuditViolation> Violations);

/// <summary>
/// Recomputes every account from the rows that it sums up (design, "One turn of a conversation"). It is one statement: a
/// consistent read where readers see a snapshot. SQL Server without READ_COMMITTED_SNAPSHOT reads its tables one after the
/// other, so what is found is looked for again: a real fault keeps its difference, one of the moment does not.
/// </summary>
public sealed class Audit(Database database, IOptions<AuditOptions> options, TimeProvider time)
{
    private const int Readings = 3;

    private static readonly Sql SelectBooks = Sql.Portable("""
        SELECT channels.channel_id, channels.public_id, accounts.channel_id AS account_id, COALESCE(accounts.allocated, 0) AS allocated,
            COALESCE(accounts.consumed, 0) AS consumed, COALESCE(accounts.reserved, 0) AS reserved, COALESCE(grants.credits, 0) AS granted,
            COALESCE(charges.credits, 0) AS charged, COALESCE(pending.reserved, 0) AS pending, COALESCE(pending.overdue, 0) AS overdue,
            COALESCE(replies.uncharged, 0) AS uncharged, COALESCE(lines.unanswered, 0) AS unanswered
        FROM dbo.channels AS channels
        LEFT JOIN dbo.channel_usage AS accounts ON accounts.channel_id = channels.channel_id
        LEFT JOIN (SELECT channel_id, SUM(credits) AS credits FROM dbo.credit_grants GROUP BY channel_id) AS grants
            ON grants.channel_id = channels.channel_id
        LEFT JOIN (SELECT channel_id, SUM(credits) AS credits FROM dbo.usage GROUP BY channel_id) AS charges
            ON charges.channel_id = channels.channel_id
        LEFT JOIN (
            SELECT channel_id, SUM(reserved) AS reserved, SUM(CASE WHEN lease_until <= @overdueSince THEN 1 ELSE 0 END) AS overdue
            FROM dbo.turns WHERE state = 0 GROUP BY channel_id) AS pending
            ON pending.channel_id = channels.channel_id
        LEFT JOIN (
            SELECT turns.channel_id, COUNT(*) AS uncharged
            FROM dbo.turns AS turns
            LEFT JOIN dbo.usage AS usage ON usage.message_id = turns.message_id AND usage.channel_id = turns.channel_id AND usage.credits = turns.charged
            WHERE turns.state = 1 AND usage.usage_id IS NULL GROUP BY turns.channel_id) AS replies
            ON replies.channel_id = channels.channel_id
        LEFT JOIN (
            SELECT usage.channel_id, COUNT(*) AS unanswered
            FROM dbo.usage AS usage JOIN dbo.turns AS turns ON turns.message_id = usage.message_id
            WHERE turns.state <> 1 OR turns.channel_id <> usage.channel_id OR turns.charged <> usage.credits GROUP BY usage.channel_id) AS lines
            ON lines.channel_id = channels.channel_id
        ORDER BY channels.channel_id;
        """);

    /// <summary>Looks at every channel. Reads the whole ledger: seconds where it has millions of lines.</summary>
    public async Task<AuditReport> RunAsync(CancellationToken cancellationToken)
    {
        var books = await ReadAsync(cancellationToken);
        List<AuditViolation> found = [.. books.SelectMany(Invariants.BrokenBy)];
        for (var reading = 1; reading < Readings && found.Count > 0; reading++)
        {
            var again = (await ReadAsync(cancellationToken)).SelectMany(Invariants.BrokenBy).Select(Difference).ToHashSet();
            found.RemoveAll(violation => !again.Contains(Difference(violation)));
        }

        return new AuditReport(books.Count, found);
    }

    private Task<IReadOnlyList<Books>> ReadAsync(CancellationToken cancellationToken)
    {
        var overdueSince = time.GetUtcNow() - options.Value.SweepGrace;
        return database.ReadAsync(session => session.ListAsync<Books>(SelectBooks, new { overdueSince }), cancellationToken);
    }

    private static (Guid, string, decimal) Difference(AuditViolation violation) =>
        (violation.ChannelId, violation.Invariant, violation.Expected - violation.Actual);
}
