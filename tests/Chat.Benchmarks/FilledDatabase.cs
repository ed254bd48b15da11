using System.Globalization;
using System.Text;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Microsoft.Data.Sqlite;

namespace Chat.Benchmarks;

/// <summary>
/// A service over a database with so many turns: ten to a session, a thousand sessions talking at a time, a hundred channels, one
/// turn of each session under an idempotency key, a line of usage for each turn. The large one is the small one many times over.
/// </summary>
internal sealed class FilledDatabase : IAsyncDisposable
{
    /// <summary>The turns of those who talk at one time, and the least that there is.</summary>
    public const int SmallestTurns = 10_000;

    private const int TurnsPerSession = 10;
    private const int SessionsAtOnce = SmallestTurns / TurnsPerSession;
    private const int Channels = 100;

    // An odd multiplier of 32 bits meets each number once: hashes are spread as those of SHA-256 are, and known here too.
    private const long Spread = 2_654_435_761, Mask = 0xffff_ffff;

    private readonly string _folder;

    private FilledDatabase(string folder, BenchedService service, Channel channel, int turns, long bytes)
    {
        _folder = folder;
        Service = service;
        Channel = channel;
        Turns = turns;
        Bytes = bytes;
    }

    public BenchedService Service { get; }

    /// <summary>The channel that is measured: one of all that have sessions.</summary>
    public Channel Channel { get; }

    public int Turns { get; }

    public long Bytes { get; }

    private long Sessions => Turns / TurnsPerSession;

    public static async Task<FilledDatabase> CreateAsync(int turns)
    {
        var folder = Directory.CreateTempSubdirectory("chat-bench-").FullName;
        try
        {
            var channel = await FillAsync(folder, turns);
            var path = Path.Combine(folder, "chat.db");
            return new FilledDatabase(folder, await BenchedService.StartAsync(folder), channel, turns, new FileInfo(path).Length);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Makes the database <c>chat.db</c> in a folder and gives one of its channels; nothing is open when it is done.</summary>
    public static async Task<Channel> FillAsync(string folder, int turns)
    {
        Channel channel = null!;
        await using (var making = await BenchedService.StartAsync(folder))
        {
            for (var number = 0; number < Channels; number++)
                channel = await making.CreateChannelAsync();
        }

        Fill(Path.Combine(folder, "chat.db"), turns);
        return channel;
    }

    /// <summary>One of all sessions; another for each number, until all have been given.</summary>
    public SessionKey Session(long number)
    {
        var thread = number * Spread % Sessions;
        return new SessionKey(ChannelOf(thread), "", Hash(thread));
    }

    /// <summary>One of the sessions that talked last.</summary>
    public SessionKey LateSession(long number)
    {
        var thread = LateThread(number);
        return new SessionKey(ChannelOf(thread), "", Hash(thread));
    }

    /// <summary>The idempotency key of one of the sessions that talked last, with the number of its channel.</summary>
    public (long ChannelId, string Key) LateKey(long number)
    {
        var thread = LateThread(number);
        var turn = (thread / SessionsAtOnce * SmallestTurns) + (thread / Channels % TurnsPerSession * SessionsAtOnce) + (thread % SessionsAtOnce);
        return (ChannelOf(thread), string.Create(CultureInfo.InvariantCulture, $"key-{turn}"));
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private long LateThread(long number) => Sessions - SessionsAtOnce + (number * Spread % SessionsAtOnce);

    private static long ChannelOf(long thread) => 1 + (thread % Channels);

    private static byte[] Hash(long thread) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{thread * Spread & Mask:x8}{thread:x24}"));

    private static void Fill(string path, int turns)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        Run(connection, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN;");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var live = now + (long)TimeSpan.FromDays(1).TotalMilliseconds;
        var threads = turns / TurnsPerSession;
        Run(connection, $"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {threads})
            INSERT INTO threads (channel_id, session_hash, minute_no, minute_count, created_at, expires_at)
            SELECT 1 + i % {Channels}, CAST(printf('%08x%024x', (i * {Spread}) & {Mask}, i) AS BLOB), 0, 0, {now}, {live} + i FROM n;
            """);
        Run(connection, $"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {turns}),
                m(i, thread, round) AS (SELECT i, i / {SmallestTurns} * {SessionsAtOnce} + i % {SessionsAtOnce}, i % {SmallestTurns} / {SessionsAtOnce} FROM n)
            INSERT INTO turns (message_id, channel_id, thread_id, state, model, message, reply, prompt_tokens, completion_tokens, reserved, charged,
                day_no, idempotency_key, request_hash, created_at, lease_until, finished_at)
            SELECT printf('%08x-%04x-7000-8000-%012x', i / 65536, i % 65536, i), 1 + thread % {Channels}, 1 + thread, 1, 'm', 'How late?', 'Until eight.',
                40, 8, 0, 48000, 20000, CASE WHEN round = thread / {Channels} % {TurnsPerSession} THEN printf('key-%d', i) END, NULL, {now}, {now}, {now} FROM m;
            """);
        Run(connection, $"""
            INSERT INTO usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, created_at)
            SELECT channel_id, message_id, model, 'p/m', 40, 8, 48000, 1000, created_at FROM turns;
            """);
        // As many in a small database as in a large one: what a process that ended has left behind, and its visitors have forgotten.
        Run(connection, $"""
            INSERT INTO turns (message_id, channel_id, state, model, message, prompt_tokens, completion_tokens, reserved, charged, day_no, created_at, lease_until)
            SELECT printf('ffffffff-0000-7000-8000-%012x', turn_id), channel_id, 0, 'm', '', 0, 0, 0, 0, 20000, {now}, {now} - turn_id FROM turns WHERE turn_id <= 50;
            """);
        Run(connection, "COMMIT; PRAGMA journal_mode = WAL;");
    }

    private static void Run(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
