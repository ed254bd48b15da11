using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Quotas;
using Chat.Server.Storage;

namespace Chat.Benchmarks;

/// <summary>
/// What each query of the request path and of the sweep costs with ten thousand turns and with as many as are asked for, as the
/// product runs it. Small and large take turns, so that whatever else the machine does falls on both.
/// </summary>
internal static class IndexBenchmark
{
    private const int Rounds = 15;
    private const int Usual = 200;

    // Visitors who are talking: few enough that what they have said stays in SQLite's own cache, of 2 MB a connection.
    private const int Talking = 20;

    // What is destroyed is no session that anybody talks in; the small database has a thousand.
    private const int ForgottenPerRound = 40;

    private static readonly (string Name, int Operations, Func<FilledDatabase, long, Task> Run)[] Queries =
    [
        ("channel by key", Usual, (db, _) => db.Service.Get<ChannelStore>().FindByKeyHashAsync(db.Channel.KeyHash, CancellationToken.None)),
        ("prompt's latest turns (10)", Usual, (db, number) => LatestAsync(db, db.LateSession(number % Talking))),
        ("history (10 turns)", Usual, (db, number) => HistoryAsync(db, db.LateSession(number % Talking))),
        ("idempotency key, kept", Usual, async (db, number) => Expect(1, await FindKeyAsync(db, db.LateKey(number % Talking)))),
        ("idempotency key, new", Usual, async (db, number) => Expect(0, await FindKeyAsync(db, (db.Channel.ChannelId, $"new-{number}")))),
        ("admission", Usual, (db, _) => UndoneAsync(db, session => db.Service.Get<Meter>().AdmitAsync(session, db.Channel, 40))),
        ("session's thread prolonged", Usual, (db, number) => UndoneAsync(db, session => OpenAsync(db, session, db.LateSession(number % Talking)))),
        ("session's thread opened", Usual, (db, number) => UndoneAsync(db, session => OpenAsync(db, session, SessionKey.Of(db.Channel.ChannelId, $"new-{number}")))),
        ("turn inserted", Usual, (db, number) => UndoneAsync(db, session => AddTurnAsync(db, session, number))),
        ("a whole chat, kept", Usual, (db, _) => BenchedChat.RunAsync(db.Service, db.Channel)),
        ("sweep: abandoned turns (50)", Usual, async (db, _) => Expect(50, (await Store(db).AbandonedTurnsAsync(Now, 100, CancellationToken.None)).Count)),
        ("sweep: expired threads (none)", Usual, async (db, _) => Expect(0, await db.Service.Get<ThreadEraser>().PurgeAsync(Now, 100, CancellationToken.None))),
        ("sweep: loose turns (none)", Usual, async (db, _) => Expect(0, await db.Service.Get<ThreadEraser>().PurgeLooseAsync(Now, 100, CancellationToken.None))),
        // From here each session once: its pages come from the system's cache, ten turns from ten of them.
        ("first seen: latest turns (10)", Usual, (db, number) => LatestAsync(db, db.Session(number))),
        ("first seen: history (10 turns)", Usual, (db, number) => HistoryAsync(db, db.Session(number))),
        ("first seen: forgotten (10 turns)", ForgottenPerRound, (db, number) => db.Service.Get<ThreadEraser>().ForgetAsync(db.Session(number + Talking), Now, CancellationToken.None)),
    ];

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static async Task RunAsync(TextWriter output, int turns)
    {
        var clock = Stopwatch.StartNew();
        await using var small = await FilledDatabase.CreateAsync(FilledDatabase.SmallestTurns);
        await using var large = await FilledDatabase.CreateAsync(turns);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"filled {small.Turns:N0} turns ({small.Bytes / 1e6:N0} MB) and {large.Turns:N0} ({large.Bytes / 1e6:N0} MB) in {clock.Elapsed.TotalSeconds:N0} s"));
        await output.WriteLineAsync($"{Rounds} rounds of {Usual} each, microseconds, median of the rounds' medians; ratio: median of the rounds' ratios");
        await output.WriteLineAsync($"{"",-34}{small.Turns,12:N0}{large.Turns,12:N0}{"ratio",8}");
        foreach (var query in Queries)
            await output.WriteLineAsync(await MeasureAsync(query.Name, query.Operations, query.Run, small, large));
    }

    private static async Task<string> MeasureAsync(
        string name, int operations, Func<FilledDatabase, long, Task> run, FilledDatabase small, FilledDatabase large)
    {
        List<(double Small, double Large)> rounds = [];
        for (var round = -1; round < Rounds; round++)
        {
            var first = (long)(round + 1) * operations;
            var (one, other) = round % 2 == 0 ? (small, large) : (large, small);
            var (oneTime, otherTime) = (await TimeAsync(one, run, first, operations), await TimeAsync(other, run, first, operations));
            // The first is for the compiler and the caches, and does not count.
            if (round >= 0)
                rounds.Add(round % 2 == 0 ? (oneTime, otherTime) : (otherTime, oneTime));
        }

        var ratio = Median(rounds.Select(round => round.Large / round.Small));
        return string.Create(
            CultureInfo.InvariantCulture, $"{name,-34}{Median(rounds.Select(round => round.Small)),12:N1}{Median(rounds.Select(round => round.Large)),12:N1}{ratio,8:N2}");
    }

    private static async Task<double> TimeAsync(FilledDatabase database, Func<FilledDatabase, long, Task> run, long first, int operations)
    {
        List<double> times = [];
        for (var number = first; number < first + operations; number++)
        {
            var started = Stopwatch.GetTimestamp();
            await run(database, number);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        return Median(times);
    }

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered[ordered.Length / 2];
    }

    private static ConversationStore Store(FilledDatabase database) => database.Service.Get<ConversationStore>();

    private static async Task LatestAsync(FilledDatabase database, SessionKey key)
    {
        var turns = 0;
        await UndoneAsync(database, async session =>
        {
            await Store(database).ReadBackAsync(session, key, Now, 200, _ => ++turns > 0);
            return turns;
        });
        Expect(10, turns);
    }

    private static async Task HistoryAsync(FilledDatabase database, SessionKey key) =>
        Expect(10, (await Store(database).HistoryAsync(key, Now, CancellationToken.None)).Count);

    private static Task<int> FindKeyAsync(FilledDatabase database, (long ChannelId, string Key) key) => database.Service.Get<Database>().ReadAsync(
        async session => await Store(database).FindByIdempotencyKeyAsync(session, key.ChannelId, key.Key, Now) is null ? 0 : 1, CancellationToken.None);

    private static Task<long?> OpenAsync(FilledDatabase database, DbSession session, SessionKey key) =>
        Store(database).OpenThreadAsync(session, key, new MinuteLimit(1, int.MaxValue), Now, Now.AddDays(1));

    private static Task<long> AddTurnAsync(FilledDatabase database, DbSession session, long number) => Store(database).AddTurnAsync(session, new NewTurn(
        Guid.CreateVersion7(Now), database.Channel.ChannelId, 1 + (number % (database.Turns / 10)), "m", "How late?", 0, 1, $"key-of-{number}", RandomNumberGenerator.GetBytes(32), Now, Now.AddMinutes(4)));

    // In a transaction that is given up: the database stays as it was filled.
    private static Task UndoneAsync<T>(FilledDatabase database, Func<DbSession, Task<T>> work) => database.Service.Get<Database>().WriteAsync(
        async session =>
        {
            session.Discard();
            return await work(session);
        },
        CancellationToken.None);

    private static void Expect(int expected, int actual)
    {
        if (expected != actual)
            throw new InvalidOperationException($"{actual} rows instead of {expected}: something else was measured.");
    }
}
