using Chat.Server.Storage;
using Chat.Server.Storage.Statements;

namespace Chat.Server.Quotas;

/// <summary>
/// The tables <c>channel_usage</c> and <c>usage</c>. Every write is one conditional statement within
/// the caller's transaction: what the condition refuses, changes nothing.
/// </summary>
public sealed class QuotaStore(Database database)
{
    private static readonly Sql InsertAccount = Sql.Portable("""
        INSERT INTO dbo.channel_usage (channel_id, minute_no, minute_count, day_no, day_count, allocated, consumed, reserved, last_reserved)
        VALUES (@channelId, 0, 0, 0, 0, 0, 0, 0, 0);
        """);

    // The whole of admission. A window that is ahead of this instance's clock counts on: a clock that steps back refills nothing.
    // The reservation is what is wanted or, with a low balance, what is left, down to the floor.
    private const string AdmitAssignments = """
        minute_count = CASE WHEN minute_no >= @Minute THEN minute_count + 1 ELSE 1 END,
        minute_no = CASE WHEN minute_no >= @Minute THEN minute_no ELSE @Minute END,
        day_count = CASE WHEN day_no >= @Day THEN day_count + 1 ELSE 1 END,
        day_no = CASE WHEN day_no >= @Day THEN day_no ELSE @Day END,
        reserved = reserved + CASE WHEN allocated - consumed - reserved >= @Wanted THEN @Wanted ELSE allocated - consumed - reserved END,
        last_reserved = CASE WHEN allocated - consumed - reserved >= @Wanted THEN @Wanted ELSE allocated - consumed - reserved END
        """;

    private const string AdmitCondition = """
        channel_id = @ChannelId
            AND (minute_no < @Minute OR minute_count < @PerMinute)
            AND (day_no < @Day OR day_count < @PerDay)
            AND allocated - consumed - reserved >= @Floor
        """;

    private static readonly Sql Admit = Sql.Of(
        sqlite: $"""
            UPDATE channel_usage SET {AdmitAssignments} WHERE {AdmitCondition};
            SELECT last_reserved AS reserved, minute_no, minute_count, day_no, day_count FROM channel_usage WHERE channel_id = @ChannelId AND changes() > 0;
            """,
        sqlServer: $"UPDATE dbo.channel_usage SET {AdmitAssignments} OUTPUT inserted.last_reserved AS reserved, inserted.minute_no, inserted.minute_count, inserted.day_no, inserted.day_count WHERE {AdmitCondition};");

    private static readonly Sql Settle = Sql.Portable("""
        UPDATE dbo.channel_usage SET reserved = reserved - @reserved, consumed = consumed + @charged WHERE channel_id = @channelId;
        """);

    private static readonly Sql InsertUsage = Sql.Portable("""
        INSERT INTO dbo.usage (channel_id, message_id, model, attempt, prompt_tokens, completion_tokens, credits, duration_ms, first_token_ms, created_at)
        VALUES (@ChannelId, @MessageId, @Model, @Attempt, @PromptTokens, @CompletionTokens, @Charged, @DurationMs, @FirstTokenMs, @Now);
        """);

    private static readonly Sql CountUsage = Sql.Portable("SELECT COUNT(*) FROM dbo.usage WHERE message_id = @messageId;");

    private static readonly Sql Release = Sql.Portable("""
        UPDATE dbo.channel_usage
        SET reserved = reserved - @reserved,
            day_count = CASE WHEN day_no = @day AND day_count > 0 THEN day_count - 1 ELSE day_count END
        WHERE channel_id = @channelId;
        """);

    private static readonly Sql SelectAccount = Sql.Portable("""
        SELECT minute_no, minute_count, day_no, day_count, allocated, consumed, reserved FROM dbo.channel_usage WHERE channel_id = @channelId;
        """);

    /// <summary>Opens a new channel's account, without credits: what it begins with is its first grant.</summary>
    public Task OpenAccountAsync(DbSession session, long channelId) => session.ExecuteAsync(InsertAccount, new { channelId });

    /// <summary>The account of a channel, or null when there is no such channel.</summary>
    public Task<Account?> FindAccountAsync(DbSession session, long channelId) => session.FirstOrDefaultAsync<Account>(SelectAccount, new { channelId });

    /// <summary>The account of a channel, or null when there is no such channel.</summary>
    public Task<Account?> FindAccountAsync(long channelId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FindAccountAsync(session, channelId), cancellationToken);

    /// <summary>Counts a message in both windows and reserves its credits; null, and nothing is changed, when any of the three refuses.</summary>
    internal Task<AdmittedRow?> AdmitAsync(DbSession session, AdmitArguments arguments) => session.FirstAsync<AdmittedRow, AdmitArguments>(Admit, arguments).AsTask();

    /// <summary>Turns a reservation into a charge and writes the line of usage.</summary>
    internal async Task SettleAsync(DbSession session, long reserved, UsageRow usage)
    {
        await session.RunAsync(Settle, new Settlement(usage.ChannelId, reserved, usage.Charged));
        await session.RunAsync(InsertUsage, usage);
    }

    /// <summary>Whether a message has its line of usage.</summary>
    internal async Task<bool> IsSettledAsync(DbSession session, Guid messageId) =>
        await session.FirstOrDefaultAsync<int>(CountUsage, new { messageId }) > 0;

    /// <summary>Gives a reservation back, and the message's place in its day.</summary>
    internal Task ReleaseAsync(DbSession session, long channelId, long reserved, int day) =>
        session.ExecuteAsync(Release, new { channelId, reserved, day });

    internal sealed record AdmittedRow(long Reserved, long MinuteNo, int MinuteCount, int DayNo, int DayCount) : IRowOf<AdmittedRow>
    {
        public static AdmittedRow Read<TRow>(TRow row)
            where TRow : IRow => new(row.Int64(0), row.Int64(1), row.Int32(2), row.Int32(3), row.Int32(4));
    }

    internal sealed record AdmitArguments(long ChannelId, long Minute, int PerMinute, int Day, int PerDay, long Wanted, long Floor) : IArguments
    {
        public void AddTo<TParameters>(ref TParameters parameters)
            where TParameters : struct, IParameters
        {
            parameters.Add("@ChannelId", ChannelId);
            parameters.Add("@Minute", Minute);
            parameters.Add("@PerMinute", PerMinute);
            parameters.Add("@Day", Day);
            parameters.Add("@PerDay", PerDay);
            parameters.Add("@Wanted", Wanted);
            parameters.Add("@Floor", Floor);
        }
    }

    internal sealed record UsageRow(
        long ChannelId,
        Guid MessageId,
        string Model,
        string Attempt,
        int PromptTokens,
        int CompletionTokens,
        long Charged,
        long DurationMs,
        long? FirstTokenMs,
        DateTimeOffset Now) : IArguments
    {
        public void AddTo<TParameters>(ref TParameters parameters)
            where TParameters : struct, IParameters
        {
            parameters.Add("@ChannelId", ChannelId);
            parameters.Add("@MessageId", MessageId);
            parameters.Add("@Model", Model);
            parameters.Add("@Attempt", Attempt);
            parameters.Add("@PromptTokens", PromptTokens);
            parameters.Add("@CompletionTokens", CompletionTokens);
            parameters.Add("@Charged", Charged);
            parameters.Add("@DurationMs", DurationMs);
            parameters.Add("@FirstTokenMs", FirstTokenMs);
            parameters.Add("@Now", Now);
        }
    }

    private sealed record Settlement(long ChannelId, long Reserved, long Charged) : IArguments
    {
        public void AddTo<TParameters>(ref TParameters parameters)
            where TParameters : struct, IParameters
        {
            parameters.Add("@channelId", ChannelId);
            parameters.Add("@reserved", Reserved);
            parameters.Add("@charged", Charged);
        }
    }
}
