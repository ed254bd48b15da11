using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Tests.Copying;

/// <summary>
/// A migrated store that lives: what a service does to its rows, at random and with books that add up, in SQL of the tests'
/// own. Values move between rows as they do in life: a session's hash to its next thread, an idempotency key to its retry.
/// </summary>
internal sealed class BusyStore(TemporaryStore store, Random random)
{
    private const string Texts = "'Grüße 🙂 ' || char(9) || '‮עברית‬ e' || char(769) || ' ''quoted'' ' || hex(noise(@r % 60)) || '  '";

    // Each with how often it happens. @r is a number at random, @now the time.
    private static readonly (int Weight, string Sql)[] Events =
    [
        (1, $"""
            INSERT INTO channels (public_id, name, model, system_prompt, knowledge, guide_fallback, active, requests_per_minute, requests_per_day, max_output_tokens,
                allowed_origins, suggested_questions, key_hash, key_sealed, created_at, updated_at)
            VALUES ({Id}, {Texts}, 'guide', {Texts}, {Texts}, @r % 2, 1, 60, 1000, 1024, '[]', '["a"]', noise(32), noise(100 + @r % 100), @now, @now);
            INSERT INTO channel_usage SELECT MAX(channel_id), 0, 0, 0, 0, 0, 0, 0, 0 FROM channels;
            """),
        (3, $"""
            INSERT INTO credit_grants (channel_id, credits, note, created_at) SELECT channel_id, 1000000 + @r, {Texts}, @now FROM channels {Any};
            UPDATE channel_usage SET allocated = (SELECT SUM(credits) FROM credit_grants WHERE credit_grants.channel_id = channel_usage.channel_id)
            WHERE EXISTS (SELECT 1 FROM credit_grants WHERE credit_grants.channel_id = channel_usage.channel_id);
            """),
        (20, """
            INSERT INTO threads (channel_id, session_hash, session_id, created_at, expires_at)
            SELECT channel_id, CASE WHEN @r % 9 THEN noise(32) END, 'session ' || @r, @now, @now + 86400000 FROM channels ORDER BY (channel_id * @r) % 1009 LIMIT 1;
            """),
        (60, $"""
            INSERT INTO turns (message_id, channel_id, thread_id, state, model, message, prompt_tokens, completion_tokens, reserved, charged, day_no, idempotency_key, request_hash, created_at, lease_until)
            SELECT {Id}, channel_id, thread_id, 0, 'guide', {Texts}, 0, 0, @r % 1000, 0, 20000, CASE WHEN @r % 3 = 0 THEN 'key-' || @now END, noise(32), @now, @now + 240000
            FROM threads ORDER BY (thread_id * @r) % 1009 LIMIT 1;
            UPDATE turns SET reserved = 0 WHERE turn_id = (SELECT MAX(turn_id) FROM turns)
                AND reserved > (SELECT allocated - consumed - channel_usage.reserved FROM channel_usage WHERE channel_usage.channel_id = turns.channel_id);
            """ + Balance),
        (50, """
            CREATE TEMP TABLE settled AS SELECT turn_id FROM turns WHERE state = 0 ORDER BY (turn_id * @r) % 1009 LIMIT 1;
            """ + $"""
            UPDATE turns SET state = 1, reply = CASE WHEN thread_id IS NULL THEN NULL ELSE {Texts} END, prompt_tokens = 41, completion_tokens = 9, charged = reserved, finished_at = @now
            WHERE turn_id IN (SELECT turn_id FROM settled);
            INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at, first_token_ms)
            SELECT channel_id, message_id, model, 'mock/guide', 41, 9, charged, @r, @now, NULLIF(@r % 5, 0) FROM turns WHERE turn_id IN (SELECT turn_id FROM settled);
            DROP TABLE settled;
            """ + Balance),
        (5, "UPDATE turns SET state = 2, error_code = 'ai_service_error', idempotency_key = NULL, finished_at = @now WHERE turn_id = (SELECT turn_id FROM turns WHERE state = 0 ORDER BY (turn_id * @r) % 1009 LIMIT 1);" + Balance),
        (4, """
            CREATE TEMP TABLE gone AS SELECT thread_id FROM threads ORDER BY (thread_id * @r) % 1009 LIMIT 1;
            UPDATE turns SET thread_id = NULL, message = '', reply = NULL
            WHERE thread_id IN (SELECT thread_id FROM gone) AND (state = 0 OR idempotency_key IS NOT NULL);
            DELETE FROM turns WHERE thread_id IN (SELECT thread_id FROM gone);
            DELETE FROM threads WHERE thread_id IN (SELECT thread_id FROM gone);
            DROP TABLE gone;
            """),
        (3, """
            CREATE TEMP TABLE renewed AS SELECT thread_id, channel_id, session_hash FROM threads WHERE session_hash IS NOT NULL ORDER BY (thread_id * @r) % 1009 LIMIT 1;
            UPDATE threads SET session_hash = NULL WHERE thread_id IN (SELECT thread_id FROM renewed);
            INSERT INTO threads (channel_id, session_hash, created_at, expires_at) SELECT channel_id, session_hash, @now, @now + 86400000 FROM renewed;
            DROP TABLE renewed;
            """),
        (3, """
            CREATE TEMP TABLE passed AS SELECT turn_id, channel_id, idempotency_key FROM turns WHERE idempotency_key IS NOT NULL ORDER BY (turn_id * @r) % 1009 LIMIT 1;
            UPDATE turns SET idempotency_key = NULL WHERE turn_id IN (SELECT turn_id FROM passed);
            UPDATE turns SET idempotency_key = (SELECT idempotency_key FROM passed)
            WHERE turn_id = (SELECT MAX(turn_id) FROM turns) AND channel_id = (SELECT channel_id FROM passed) AND idempotency_key IS NULL;
            DROP TABLE passed;
            """),
        (8, """
            INSERT INTO refusals SELECT channel_id, 20000 + @r % 3, @r % 2, CASE WHEN @r % 5 THEN 'rate_limit_exceeded' ELSE 'invalid_request' END, 'guide', 1 FROM channels WHERE 1 ORDER BY (channel_id * @r) % 1009 LIMIT 1
            ON CONFLICT DO UPDATE SET count = count + 1;
            """),
        (2, $"""
            INSERT INTO alerts (public_id, channel_id, kind, period, threshold, used, available, attempts, next_attempt_at, created_at)
            SELECT {Id}, channel_id, @r % 2, @r, 80, 80, 100, 0, @now, @now FROM channels WHERE 1 ORDER BY (channel_id * @r) % 1009 LIMIT 1 ON CONFLICT DO NOTHING;
            """),
        (12, $"""
            INSERT INTO feedback (message_id, channel_id, rating, comment, rated_at)
            SELECT message_id, channel_id, CASE WHEN @r % 4 THEN 1 ELSE -1 END, CASE WHEN @r % 3 THEN {Texts} END, @now
            FROM usage WHERE 1 ORDER BY (usage_id * @r) % 1009 LIMIT 1 ON CONFLICT DO UPDATE SET rating = -rating, comment = NULL, rated_at = @now;
            """),
        (2, "UPDATE turns SET stop_requested = 1 WHERE turn_id = (SELECT MAX(turn_id) FROM turns WHERE state = 0);"),
        (2, "UPDATE alerts SET attempts = attempts + 1, next_attempt_at = NULL, delivered_at = @now WHERE alert_id = (SELECT alert_id FROM alerts ORDER BY (alert_id * @r) % 1009 LIMIT 1);"),
        (2, $"UPDATE channels SET name = {Texts}, knowledge = {Texts}, active = @r % 2, expires_at = @now, updated_at = @now WHERE channel_id = (SELECT channel_id FROM channels {Any});"),
        (1, $"UPDATE channels SET key_hash = noise(32), key_sealed = noise(120), updated_at = @now WHERE channel_id = (SELECT channel_id FROM channels {Any});"),
        (1, $"DELETE FROM channels WHERE (SELECT COUNT(*) FROM channels) > 4 AND channel_id = (SELECT channel_id FROM channels {Any});"),
        (1, "INSERT INTO data_protection_keys (friendly_name, xml, created_at) VALUES ('key-' || @r, '<key/>', @now);"),
    ];

    private const string Any = "ORDER BY (channel_id * @r) % 1009 LIMIT 1";

    private const string Id = "lower(hex(noise(4)) || '-' || hex(noise(2)) || '-7' || substr(hex(noise(2)), 2) || '-8' || substr(hex(noise(2)), 2) || '-' || hex(noise(6)))";

    private const string Balance = """
        UPDATE channel_usage SET reserved = (SELECT COALESCE(SUM(turns.reserved), 0) FROM turns WHERE turns.channel_id = channel_usage.channel_id AND state = 0),
            consumed = (SELECT COALESCE(SUM(credits), 0) FROM usage WHERE usage.channel_id = channel_usage.channel_id)
        WHERE channel_id IN (SELECT channel_id FROM turns ORDER BY turn_id DESC LIMIT 1) OR channel_id IN (SELECT channel_id FROM usage ORDER BY usage_id DESC LIMIT 1) OR @r % 7 = 0;
        """;

    private bool _hasChannels;
    private long _now = ChatApp.Noon.ToUnixTimeMilliseconds();

    /// <summary>Lets so many things happen, all at once.</summary>
    public void Live(int events)
    {
        using var connection = store.Connect();
        connection.CreateFunction("noise", (long length) => Noise((int)length));
        Run(connection, "PRAGMA foreign_keys = ON; BEGIN IMMEDIATE;");
        for (var channel = 0; channel < 4 && !_hasChannels; channel++)
            Run(connection, Events[0].Sql + Events[1].Sql);
        _hasChannels = true;
        for (var count = 0; count < events; count++)
            Run(connection, Next());
        Run(connection, EndBalance + "COMMIT;");
    }

    // What the events leave to others: every account once more, so that the books add up when nobody is looking away.
    private const string EndBalance = """
        UPDATE channel_usage SET reserved = (SELECT COALESCE(SUM(turns.reserved), 0) FROM turns WHERE turns.channel_id = channel_usage.channel_id AND state = 0),
            consumed = (SELECT COALESCE(SUM(credits), 0) FROM usage WHERE usage.channel_id = channel_usage.channel_id);
        """;

    private byte[] Noise(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private string Next()
    {
        var ticket = random.Next(Events.Sum(happening => happening.Weight));
        return Events.First(happening => (ticket -= happening.Weight) < 0).Sql;
    }

    private void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@r", random.Next(1, 1_000_000));
        command.Parameters.AddWithValue("@now", _now += random.Next(1, 1000));
        command.ExecuteNonQuery();
    }
}
