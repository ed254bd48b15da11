using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>
/// The tables <c>threads</c> and <c>turns</c>. A session's thread that has expired is never read, whether or not it has been
/// purged; the next message begins another.
/// </summary>
public sealed class ConversationStore(Database database)
{
    // By how much a reply must prolong its session: less is not worth a write in the table and in its index.
    private static readonly TimeSpan WorthAWrite = TimeSpan.FromSeconds(1);

    private const string InsertTurnColumns =
        "message_id, channel_id, thread_id, state, model, message, prompt_tokens, completion_tokens, reserved, charged, day_no, idempotency_key, request_hash, created_at, lease_until";

    private const string InsertTurnValues =
        "@MessageId, @ChannelId, @ThreadId, 0, @Model, @Message, 0, 0, @Reserved, 0, @Day, @IdempotencyKey, @RequestHash, @Now, @LeaseUntil";

    private const string InsertThreadColumns = "channel_id, session_hash, session_id, minute_no, minute_count, created_at, expires_at";

    private const string InsertThreadValues = "@ChannelId, @Hash, @SessionId, @minute, 1, @now, @expiresAt";

    private static readonly Sql SelectLatestDone = Sql.Of(
        sqlite: """
            SELECT turns.message_id, turns.state, turns.message, turns.reply, turns.error_code,
                turns.created_at, turns.finished_at
            FROM threads JOIN turns ON turns.thread_id = threads.thread_id
            WHERE threads.channel_id = @ChannelId AND threads.session_hash = @Hash AND threads.expires_at > @now AND turns.state = 1
            ORDER BY turns.turn_id DESC LIMIT @limit;
            """,
        sqlServer: """
            SELECT TOP (@limit) turns.message_id, turns.state, turns.message, turns.reply, turns.error_code,
                turns.created_at, turns.finished_at
            FROM dbo.threads AS threads JOIN dbo.turns AS turns ON turns.thread_id = threads.thread_id
            WHERE threads.channel_id = @ChannelId AND threads.session_hash = @Hash AND threads.expires_at > @now AND turns.state = 1
            ORDER BY turns.turn_id DESC;
            """);

    private static readonly Sql SelectHistory = Sql.Portable("""
        SELECT turns.message_id, turns.state, turns.message, turns.reply, turns.error_code,
            turns.created_at, turns.finished_at
        FROM dbo.threads AS threads JOIN dbo.turns AS turns ON turns.thread_id = threads.thread_id
        WHERE threads.channel_id = @ChannelId AND threads.session_hash = @Hash AND threads.expires_at > @now AND turns.state <= @last
        ORDER BY turns.turn_id;
        """);

    // As with the channel's own minute, a clock that steps back refills nothing.
    private const string CountInMinute = """
        minute_count = CASE WHEN minute_no >= @minute THEN minute_count + 1 ELSE 1 END,
        minute_no = CASE WHEN minute_no >= @minute THEN minute_no ELSE @minute END
        """;

    private const string LiveThread = "channel_id = @ChannelId AND session_hash = @Hash AND expires_at > @now";

    // SQLite begins a new session's thread by the same statement.
    private static readonly Sql ExtendThread = Sql.Of(
        sqlite: $"""
            INSERT INTO threads ({InsertThreadColumns}) VALUES ({InsertThreadValues})
            ON CONFLICT (channel_id, session_hash) WHERE session_hash IS NOT NULL DO UPDATE
            SET expires_at = @expiresAt, session_id = @SessionId, {CountInMinute}
            WHERE {LiveThread} AND (minute_no < @minute OR minute_count < @perMinute);
            SELECT thread_id FROM threads WHERE channel_id = @ChannelId AND session_hash = @Hash AND changes() > 0;
            """,
        sqlServer: $"""
            UPDATE dbo.threads SET expires_at = @expiresAt, session_id = @SessionId, {CountInMinute} OUTPUT inserted.thread_id
            WHERE {LiveThread} AND (minute_no < @minute OR minute_count < @perMinute);
            """);

    private static readonly Sql SelectExpiry = Sql.Portable("SELECT expires_at FROM dbo.threads WHERE channel_id = @ChannelId AND session_hash = @Hash;");

    private static readonly Sql DetachExpiredThread = Sql.Portable("""
        UPDATE dbo.threads SET session_hash = NULL WHERE channel_id = @ChannelId AND session_hash = @Hash AND expires_at <= @now;
        """);

    private static readonly Sql InsertThread = Sql.Of(
        sqlite: $"INSERT INTO threads ({InsertThreadColumns}) VALUES ({InsertThreadValues}); SELECT last_insert_rowid();",
        sqlServer: $"INSERT INTO dbo.threads ({InsertThreadColumns}) OUTPUT inserted.thread_id VALUES ({InsertThreadValues});");

    private static readonly Sql InsertTurn = Sql.Of(
        sqlite: $"INSERT INTO turns ({InsertTurnColumns}) VALUES ({InsertTurnValues}); SELECT last_insert_rowid();",
        sqlServer: $"INSERT INTO dbo.turns ({InsertTurnColumns}) OUTPUT inserted.turn_id VALUES ({InsertTurnValues});");

    // A turn whose session was forgotten while it ran keeps no text.
    private static readonly Sql CompleteTurn = Sql.Portable("""
        UPDATE dbo.turns
        SET state = 1, reply = CASE WHEN thread_id IS NULL THEN NULL ELSE @Reply END, prompt_tokens = @PromptTokens,
            completion_tokens = @CompletionTokens, charged = @Charged, finished_at = @Now
        WHERE turn_id = @TurnId AND state = 0;
        """);

    private static readonly Sql ProlongThread = Sql.Portable("""
        UPDATE dbo.threads SET expires_at = @expiresAt WHERE thread_id = @threadId AND expires_at <= @shortOfIt;
        """);

    // A failed answer is not kept: its key is free for the retry.
    private static readonly Sql FailTurn = Sql.Portable("""
        UPDATE dbo.turns SET state = 2, error_code = @errorCode, idempotency_key = NULL, finished_at = @now WHERE turn_id = @turnId AND state = 0;
        """);

    private static readonly Sql SelectByIdempotencyKey = Sql.Portable("""
        SELECT turn_id, message_id, state, reply, prompt_tokens, completion_tokens, charged, request_hash, created_at, lease_until
        FROM dbo.turns WHERE channel_id = @channelId AND idempotency_key = @key;
        """);

    // Under row versioning a plain read would not see a commit that is still under way: this one waits for it.
    private static readonly Sql CountByMessageId = Sql.Of(
        sqlite: "SELECT COUNT(*) FROM turns WHERE message_id = @messageId;",
        sqlServer: "SELECT COUNT(*) FROM dbo.turns WITH (READCOMMITTEDLOCK) WHERE message_id = @messageId;");

    private static readonly Sql DropIdempotencyKey = Sql.Portable("UPDATE dbo.turns SET idempotency_key = NULL WHERE turn_id = @turnId;");

    private static readonly Sql SelectAbandoned = Sql.Of(
        sqlite: "SELECT turn_id, channel_id, model, reserved, day_no AS day FROM turns WHERE state = 0 AND lease_until <= @now ORDER BY lease_until LIMIT @limit;",
        sqlServer: "SELECT TOP (@limit) turn_id, channel_id, model, reserved, day_no AS day FROM dbo.turns WHERE state = 0 AND lease_until <= @now ORDER BY lease_until;");

    /// <summary>Reads the session's answered turns from the latest back, until one is not taken.</summary>
    /// <param name="session">The transaction, or any connection.</param>
    /// <param name="key">The session.</param>
    /// <param name="now">A session that has expired by then has none.</param>
    /// <param name="limit">How many are read at the most.</param>
    /// <param name="take">Takes a turn, or says that neither it nor any before it is wanted.</param>
    public ValueTask ReadBackAsync(DbSession session, SessionKey key, DateTimeOffset now, int limit, Func<Turn, bool> take) =>
        session.EachAsync(SelectLatestDone, new TurnsAsked(key, now, limit, TurnState.Done), take);

    /// <summary>The session's turns, oldest first: answered ones, and those that are being answered.</summary>
    public Task<IReadOnlyList<Turn>> HistoryAsync(SessionKey key, DateTimeOffset now, CancellationToken cancellationToken) =>
        TurnsUpToAsync(TurnState.Done, key, now, cancellationToken);

    /// <summary>The same with the turns that failed.</summary>
    public Task<IReadOnlyList<Turn>> HistoryWithFailedAsync(SessionKey key, DateTimeOffset now, CancellationToken cancellationToken) =>
        TurnsUpToAsync(TurnState.Failed, key, now, cancellationToken);

    /// <summary>
    /// Counts a message in the session's thread and keeps the thread alive until <paramref name="expiresAt"/>; begins a fresh
    /// one where there is none or it has expired. Null, and nothing is changed, when the session has had its messages of this minute.
    /// </summary>
    public async Task<long?> OpenThreadAsync(DbSession session, SessionKey key, MinuteLimit limit, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        var opening = new ThreadOpening(key, limit, now, expiresAt);
        if (await session.NumberAsync(ExtendThread, opening) is { } threadId)
            return threadId;
        if (await session.FirstAsync<ThreadExpiry, ThreadOpening>(SelectExpiry, opening) is { } expiry)
        {
            if (expiry.ExpiresAt > now)
                return null;
            await session.RunAsync(DetachExpiredThread, opening);
        }

        return await session.NumberAsync(InsertThread, opening);
    }

    /// <summary>The turn that holds an idempotency key; one whose time is over gives the key up.</summary>
    public async Task<KeyedTurn?> FindByIdempotencyKeyAsync(DbSession session, long channelId, string key, DateTimeOffset now)
    {
        var turn = await session.FirstAsync<KeyedTurn, KeyAsked>(SelectByIdempotencyKey, new KeyAsked(channelId, key));
        if (turn is null || turn.State == TurnState.Pending || now < turn.CreatedAt + IdempotencyKey.Lifetime)
            return turn;
        await session.ExecuteAsync(DropIdempotencyKey, new { turnId = turn.TurnId });
        return null;
    }

    /// <summary>Adds a pending turn and gives its number.</summary>
    public async Task<long> AddTurnAsync(DbSession session, NewTurn turn) => (await session.NumberAsync(InsertTurn, turn))!.Value;

    /// <summary>Whether a turn was added, pending or not: for whoever lost the reply to its commit.</summary>
    public async Task<bool> IsAdmittedAsync(DbSession session, Guid messageId) =>
        await session.FirstOrDefaultAsync<int>(CountByMessageId, new { messageId }) > 0;

    /// <summary>Stores a reply; false, and nothing is changed, when the turn is no longer pending.</summary>
    public async Task<bool> CompleteTurnAsync(DbSession session, FinishedTurn turn) => await session.RunAsync(CompleteTurn, turn) > 0;

    /// <summary>Keeps a thread alive for longer, where that is a second or more; no later message's time is taken from it.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="threadId">The thread.</param>
    /// <param name="openedUntil">Until when it lived at the least, as <see cref="OpenThreadAsync"/> was told.</param>
    /// <param name="expiresAt">Until when it is to live.</param>
    public async Task ProlongThreadAsync(DbSession session, long threadId, DateTimeOffset openedUntil, DateTimeOffset expiresAt)
    {
        if (expiresAt - openedUntil >= WorthAWrite)
            await session.RunAsync(ProlongThread, new ThreadProlonging(threadId, expiresAt, expiresAt - WorthAWrite));
    }

    /// <summary>Fails a turn; false, and nothing is changed, when it is no longer pending.</summary>
    public async Task<bool> FailTurnAsync(DbSession session, long turnId, string errorCode, DateTimeOffset now) =>
        await session.ExecuteAsync(FailTurn, new { turnId, errorCode, now }) > 0;

    /// <summary>Pending turns whose lease has ended: the process that ran them is gone.</summary>
    public Task<IReadOnlyList<AbandonedTurn>> AbandonedTurnsAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.ListAsync<AbandonedTurn>(SelectAbandoned, new { now, limit }), cancellationToken);

    private Task<IReadOnlyList<Turn>> TurnsUpToAsync(TurnState last, SessionKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var asked = new TurnsAsked(key, now, int.MaxValue, last);
        return database.ReadAsync(session => session.AllAsync<Turn, TurnsAsked>(SelectHistory, asked).AsTask(), cancellationToken);
    }
}
