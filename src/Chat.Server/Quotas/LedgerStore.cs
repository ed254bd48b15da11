using Chat.Server.Storage;

namespace Chat.Server.Quotas;

/// <summary>One line of a channel's ledger. Amounts are micro-credits.</summary>
public sealed record LedgerLine
{
    /// <summary>Whether it is a charge; else it is a grant.</summary>
    public bool IsCharge { get; init; }

    /// <summary>The line's number among the lines of its kind.</summary>
    public long LineId { get; init; }

    /// <summary>The amount, never negative.</summary>
    public long Credits { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>A grant's note; empty for a charge.</summary>
    public string Note { get; init; } = "";

    /// <summary>A charge's turn.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>A charge's model; empty for a grant.</summary>
    public string Model { get; init; } = "";

    /// <summary>A charge's tokens that were sent.</summary>
    public int PromptTokens { get; init; }

    /// <summary>A charge's tokens that came back.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>What the visitor thought of a charge's reply: 1 or -1, or 0 where nobody said.</summary>
    public int Rating { get; init; }

    /// <summary>The visitor's word to the owner; empty where there is none.</summary>
    public string Comment { get; init; } = "";
}

/// <summary>Reads the append-only tables <c>credit_grants</c> and <c>usage</c> as one ledger, newest first.</summary>
public sealed class LedgerStore(Database database)
{
    // Of each kind only as many as the page can reach, each by its index: the depth of the page costs, not the length of the ledger.
    // Columns that a kind does not have are empty, not null: SQLite tells a null's type to nobody.
    private const string GrantColumns = """
        0 AS is_charge, grant_id AS line_id, credits, created_at, note, CAST(NULL AS uniqueidentifier) AS message_id, @empty AS model,
        0 AS prompt_tokens, 0 AS completion_tokens, 0 AS rating, @empty AS comment
        """;

    private const string ChargeColumns = """
        1 AS is_charge, lines.usage_id AS line_id, lines.credits, lines.created_at, @empty AS note, lines.message_id, lines.model,
        lines.prompt_tokens, lines.completion_tokens, COALESCE(feedback.rating, 0) AS rating, COALESCE(feedback.comment, @empty) AS comment
        """;

    private const string RatedLines = "dbo.usage AS lines LEFT JOIN dbo.feedback AS feedback ON feedback.message_id = lines.message_id";

    private const string Columns = "is_charge, line_id, credits, created_at, note, message_id, model, prompt_tokens, completion_tokens, rating, comment";

    private static readonly Sql SelectPage = Sql.Of(
        sqlite: $"""
            SELECT {Columns} FROM (
                SELECT {GrantColumns} FROM credit_grants WHERE channel_id = @channelId ORDER BY created_at DESC, grant_id DESC LIMIT @reach) AS grants
            UNION ALL
            SELECT {Columns} FROM (
                SELECT {ChargeColumns} FROM {RatedLines.Replace("dbo.", "", StringComparison.Ordinal)}
                WHERE lines.channel_id = @channelId ORDER BY lines.created_at DESC, lines.usage_id DESC LIMIT @reach) AS charges
            ORDER BY created_at DESC, is_charge DESC, line_id DESC LIMIT @limit OFFSET @offset;
            """,
        sqlServer: $"""
            SELECT {Columns} FROM (
                SELECT TOP (@reach) {GrantColumns} FROM dbo.credit_grants WHERE channel_id = @channelId ORDER BY created_at DESC, grant_id DESC) AS grants
            UNION ALL
            SELECT {Columns} FROM (
                SELECT TOP (@reach) {ChargeColumns} FROM {RatedLines}
                WHERE lines.channel_id = @channelId ORDER BY lines.created_at DESC, lines.usage_id DESC) AS charges
            ORDER BY created_at DESC, is_charge DESC, line_id DESC OFFSET @offset ROWS FETCH NEXT @limit ROWS ONLY;
            """);

    private static readonly Sql CountLines = Sql.Portable("""
        SELECT (SELECT COUNT(*) FROM dbo.credit_grants WHERE channel_id = @channelId) + (SELECT COUNT(*) FROM dbo.usage WHERE channel_id = @channelId);
        """);

    /// <summary>One page, and how many lines there are in all.</summary>
    public Task<(IReadOnlyList<LedgerLine> Page, int Total)> ListAsync(long channelId, int limit, int offset, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session =>
            {
                var total = await session.FirstOrDefaultAsync<int>(CountLines, new { channelId });
                var page = await session.ListAsync<LedgerLine>(SelectPage, new { channelId, limit, offset, reach = (long)limit + offset, empty = "" });
                return (page, total);
            },
            cancellationToken);
}
