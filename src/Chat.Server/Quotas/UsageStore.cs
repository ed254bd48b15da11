using System.Text.Json.Serialization;
using Chat.Server.Storage;

namespace Chat.Server.Quotas;

/// <summary>What a usage report has a line for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UsageGrouping>))]
public enum UsageGrouping
{
    /// <summary>Each UTC day.</summary>
    [JsonStringEnumMemberName("day")]
    Day,

    /// <summary>Each model.</summary>
    [JsonStringEnumMemberName("model")]
    Model,
}

/// <summary>Replies of a group whose time fell into one bucket.</summary>
internal sealed record UsageBucket
{
    public int Day { get; init; }

    public string Model { get; init; } = "";

    public long Bucket { get; init; }

    public long Count { get; init; }

    public long PromptTokens { get; init; }

    public long CompletionTokens { get; init; }

    public long Credits { get; init; }
}

/// <summary>Requests of a group that had no reply, for one reason.</summary>
internal sealed record UnansweredCount
{
    public int Day { get; init; }

    public string Model { get; init; } = "";

    public UnansweredKind Kind { get; init; }

    public string Code { get; init; } = "";

    public long Count { get; init; }
}

/// <summary>
/// Reads the figures of a usage report, and keeps the table <c>refusals</c>. Times are gathered into buckets by the engine, so
/// that a report reads some hundred rows a group and not a row a reply: see <see cref="TimeBuckets"/>.
/// </summary>
public sealed class UsageStore(Database database)
{
    private const string ModelOnly = "0 AS day, model";

    private static readonly Sql TimesByDay = Sql.Of(
        sqlite: Times("duration_ms", "(created_at - @epoch) / 86400000 AS day, @empty AS model", "usage"),
        sqlServer: Times("duration_ms", "DATEDIFF(day, @epoch, created_at) AS day, @empty AS model", "dbo.usage"));

    private static readonly Sql TimesByModel = Sql.Of(
        sqlite: Times("duration_ms", ModelOnly, "usage"),
        sqlServer: Times("duration_ms", ModelOnly, "dbo.usage"));

    private static readonly Sql FirstTokensByDay = Sql.Of(
        sqlite: Times("first_token_ms", "(created_at - @epoch) / 86400000 AS day, @empty AS model", "usage"),
        sqlServer: Times("first_token_ms", "DATEDIFF(day, @epoch, created_at) AS day, @empty AS model", "dbo.usage"));

    private static readonly Sql FirstTokensByModel = Sql.Of(
        sqlite: Times("first_token_ms", ModelOnly, "usage"),
        sqlServer: Times("first_token_ms", ModelOnly, "dbo.usage"));

    private static readonly Sql UnansweredByDay = Sql.Portable("""
        SELECT day_no AS day, @empty AS model, kind, code, SUM(count) AS count FROM dbo.refusals
        WHERE channel_id = @channelId AND day_no >= @firstDay AND day_no <= @lastDay GROUP BY day_no, kind, code;
        """);

    private static readonly Sql UnansweredByModel = Sql.Portable("""
        SELECT 0 AS day, model, kind, code, SUM(count) AS count FROM dbo.refusals
        WHERE channel_id = @channelId AND day_no >= @firstDay AND day_no <= @lastDay GROUP BY model, kind, code;
        """);

    private static readonly Sql RatingsByDay = Sql.Of(
        sqlite: Ratings("(lines.created_at - @epoch) / 86400000 AS day, @empty AS model", "usage", "feedback"),
        sqlServer: Ratings("DATEDIFF(day, @epoch, lines.created_at) AS day, @empty AS model", "dbo.usage", "dbo.feedback"));

    private static readonly Sql RatingsByModel = Sql.Of(
        sqlite: Ratings("0 AS day, lines.model", "usage", "feedback"),
        sqlServer: Ratings("0 AS day, lines.model", "dbo.usage", "dbo.feedback"));

    private static readonly Sql AddCount = Sql.Portable("""
        UPDATE dbo.refusals SET count = count + @count
        WHERE channel_id = @ChannelId AND day_no = @Day AND kind = @Kind AND code = @Code AND model = @Model;
        """);

    // Of a channel that has been deleted since, nothing is kept.
    private static readonly Sql InsertCount = Sql.Portable("""
        INSERT INTO dbo.refusals (channel_id, day_no, kind, code, model, count)
        SELECT channel_id, @Day, @Kind, @Code, @Model, @count FROM dbo.channels WHERE channel_id = @ChannelId;
        """);

    /// <summary>
    /// Adds counts to those that are there: several instances add up. Of two that insert the same row at once, one is run again
    /// from its start and then finds it. A batch that is handed in again under the same id counts once.
    /// </summary>
    internal Task AddAsync(Guid batch, IReadOnlyDictionary<UnansweredKey, long> counts, CancellationToken cancellationToken) => counts.Count == 0
        ? Task.CompletedTask
        : database.WriteOnceAsync(
            batch,
            async session =>
            {
                foreach (var (key, count) in counts)
                {
                    var arguments = new { key.ChannelId, key.Day, Kind = (int)key.Kind, key.Code, key.Model, count };
                    if (await session.ExecuteAsync(AddCount, arguments) == 0)
                        await session.ExecuteAsync(InsertCount, arguments);
                }
            },
            cancellationToken);

    /// <summary>Everything a report is made of, between two UTC days inclusive.</summary>
    internal Task<UsageFigures> ReadAsync(long channelId, int firstDay, int lastDay, UsageGrouping grouping, CancellationToken cancellationToken)
    {
        var (times, firstTokens, unanswered, ratings) = grouping == UsageGrouping.Model
            ? (TimesByModel, FirstTokensByModel, UnansweredByModel, RatingsByModel)
            : (TimesByDay, FirstTokensByDay, UnansweredByDay, RatingsByDay);
        var epoch = DateTimeOffset.UnixEpoch;
        var range = new { channelId, epoch, from = epoch.AddDays(firstDay), to = epoch.AddDays(lastDay + 1), empty = "" };
        return database.ReadAsync(
            async session => new UsageFigures(
                await session.ListAsync<UsageBucket>(times, range),
                await session.ListAsync<UsageBucket>(firstTokens, range),
                await session.ListAsync<UnansweredCount>(unanswered, new { channelId, firstDay, lastDay, empty = "" }),
                await session.ListAsync<RatingCount>(ratings, range)),
            cancellationToken);
    }

    // A rating counts where its reply does, whenever it was given.
    private static string Ratings(string group, string usage, string feedback) => $"""
        SELECT day, model, SUM(up) AS up, SUM(down) AS down
        FROM (
            SELECT {group}, CASE WHEN ratings.rating > 0 THEN 1 ELSE 0 END AS up, CASE WHEN ratings.rating < 0 THEN 1 ELSE 0 END AS down
            FROM {usage} AS lines JOIN {feedback} AS ratings ON ratings.message_id = lines.message_id
            WHERE lines.channel_id = @channelId AND lines.created_at >= @from AND lines.created_at < @to) AS counts
        GROUP BY day, model;
        """;

    private static string Times(string column, string group, string table) => $"""
        SELECT day, model, bucket, COUNT(*) AS count, SUM(prompt_tokens) AS prompt_tokens, SUM(completion_tokens) AS completion_tokens,
            SUM(credits) AS credits
        FROM (
            SELECT {group}, {TimeBuckets.Of(column)} AS bucket, CAST(prompt_tokens AS bigint) AS prompt_tokens,
                CAST(completion_tokens AS bigint) AS completion_tokens, credits
            FROM {table}
            WHERE channel_id = @channelId AND created_at >= @from AND created_at < @to AND {column} IS NOT NULL) AS lines
        GROUP BY day, model, bucket;
        """;
}

/// <summary>What a usage report is made of.</summary>
internal sealed record UsageFigures(IReadOnlyList<UsageBucket> Times, IReadOnlyList<UsageBucket> FirstTokens, IReadOnlyList<UnansweredCount> Unanswered, IReadOnlyList<RatingCount> Ratings);
