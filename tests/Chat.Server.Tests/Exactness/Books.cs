using Microsoft.Data.Sqlite;

namespace Chat.Server.Tests.Exactness;

/// <summary>One channel's money at one instant, read in one statement. Amounts are micro-credits.</summary>
internal sealed record Balance(long Channel, long Allocated, long Consumed, long Reserved, long Granted, long Charged, long Pending)
{
    /// <summary>What of the invariants (design, "the hot row") does not hold.</summary>
    public IEnumerable<string> Faults()
    {
        if (Consumed != Charged)
            yield return $"channel {Channel}: consumed {Consumed}, but the lines of usage sum to {Charged}";
        if (Reserved != Pending)
            yield return $"channel {Channel}: reserved {Reserved}, but pending turns hold {Pending}";
        if (Allocated != Granted)
            yield return $"channel {Channel}: allocated {Allocated}, but the grants sum to {Granted}";
        if (Consumed + Reserved > Allocated)
            yield return $"channel {Channel}: consumed {Consumed} and reserved {Reserved} pass the allocated {Allocated}";
    }
}

/// <summary>
/// The books of a database, checked from outside by SQL of the tests' own: a second opinion that shares no line with the
/// product. Works while the service runs, and on what a killed one left.
/// </summary>
internal sealed class Books(string databasePath)
{
    private const string Balances = """
        SELECT channel_id, allocated, consumed, reserved,
            (SELECT COALESCE(SUM(credits), 0) FROM credit_grants WHERE credit_grants.channel_id = account.channel_id),
            (SELECT COALESCE(SUM(credits), 0) FROM usage WHERE usage.channel_id = account.channel_id),
            (SELECT COALESCE(SUM(reserved), 0) FROM turns WHERE turns.channel_id = account.channel_id AND state = 0)
        FROM channel_usage AS account
        """;

    // Each finds what must not be there, and names it by its message: tests send every message once only, but for retries.
    private static readonly (string Fault, string Query)[] RowChecks =
    [
        ("a stored reply that was not charged",
            "SELECT message FROM turns WHERE state = 1 AND NOT EXISTS (SELECT 1 FROM usage WHERE usage.message_id = turns.message_id)"),
        ("a reply that was charged otherwise than its line of usage says",
            "SELECT message FROM turns JOIN usage ON usage.message_id = turns.message_id WHERE state = 1 AND charged <> credits"),
        ("a charge without its reply",
            "SELECT usage.message_id FROM usage LEFT JOIN turns ON turns.message_id = usage.message_id WHERE turns.state IS NULL OR turns.state <> 1 OR turns.reply IS NULL"),
        ("a double charge",
            "SELECT message FROM turns JOIN usage ON usage.message_id = turns.message_id GROUP BY turns.channel_id, message HAVING COUNT(*) > 1"),
        ("a failed turn that still holds a charge", "SELECT message FROM turns WHERE state = 2 AND charged <> 0"),
    ];

    public string DatabasePath { get; } = databasePath;

    /// <summary>Every channel's balance, all of the same instant.</summary>
    public IReadOnlyList<Balance> ReadBalances() =>
        [.. Query(Balances).Select(row => new Balance((long)row[0], (long)row[1], (long)row[2], (long)row[3], (long)row[4], (long)row[5], (long)row[6]))];

    public long Scalar(string sql) => Convert.ToInt64(Query(sql).Single()[0]);

    public void Execute(string sql) => Query(sql);

    /// <summary>All that is wrong with the books; empty when they are clean.</summary>
    public IReadOnlyList<string> Faults()
    {
        using var connection = Open();
        // One read transaction: every check sees the same instant.
        using var transaction = connection.BeginTransaction(deferred: true);
        return
        [
            .. Query(connection, Balances).SelectMany(row =>
                new Balance((long)row[0], (long)row[1], (long)row[2], (long)row[3], (long)row[4], (long)row[5], (long)row[6]).Faults()),
            .. RowChecks.SelectMany(check => Query(connection, check.Query).Select(row => $"{check.Fault}: {row[0]}")),
            .. Query(connection, "PRAGMA integrity_check").Where(row => (string)row[0] != "ok").Select(row => $"integrity: {row[0]}"),
        ];
    }

    /// <summary>A copy of what a killed process left, write-ahead log included, so that looking does not recover it in the next process's place.</summary>
    public Books CopyTo(string folder)
    {
        Directory.CreateDirectory(folder);
        var copy = Path.Combine(folder, "chat.db");
        foreach (var suffix in new[] { "", "-wal" }.Where(suffix => File.Exists(DatabasePath + suffix)))
            File.Copy(DatabasePath + suffix, copy + suffix, overwrite: true);
        return new Books(copy);
    }

    private static List<object[]> Query(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<object[]> rows = [];
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private List<object[]> Query(string sql)
    {
        using var connection = Open();
        return Query(connection, sql);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        return connection;
    }
}
