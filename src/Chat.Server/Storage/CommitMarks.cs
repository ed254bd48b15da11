namespace Chat.Server.Storage;

/// <summary>
/// The table <c>commit_marks</c>: a row of a transaction's own, by which it is looked up whether it was kept when the reply to its
/// commit was lost. A mark is of use for seconds; it is kept for a day and then purged.
/// </summary>
internal static class CommitMarks
{
    /// <summary>How long a mark is kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private static readonly Sql Insert = Sql.Portable("INSERT INTO dbo.commit_marks (mark_id, created_at) VALUES (@mark, @now);");

    // Under row versioning a plain read would not see a commit that is still under way: this one waits for it.
    private static readonly Sql CountMark = Sql.Of(
        sqlite: "SELECT COUNT(*) FROM commit_marks WHERE mark_id = @mark;",
        sqlServer: "SELECT COUNT(*) FROM dbo.commit_marks WITH (READCOMMITTEDLOCK) WHERE mark_id = @mark;");

    private static readonly Sql DeleteOld = Sql.Of(
        sqlite: "DELETE FROM commit_marks WHERE mark_id IN (SELECT mark_id FROM commit_marks WHERE created_at <= @before LIMIT @limit);",
        sqlServer: "DELETE TOP (@limit) FROM dbo.commit_marks WHERE created_at <= @before;");

    /// <summary>Marks the transaction; of two with one mark, the second waits for the first and is then a duplicate, or goes on.</summary>
    public static Task AddAsync(DbSession session, Guid mark, DateTimeOffset now) => session.ExecuteAsync(Insert, new { mark, now });

    /// <summary>Whether a transaction of this mark was kept.</summary>
    public static async Task<bool> IsThereAsync(DbSession session, Guid mark) => await session.FirstOrDefaultAsync<int>(CountMark, new { mark }) > 0;

    /// <summary>Deletes at most <paramref name="limit"/> marks of that time or older, and says how many.</summary>
    public static Task<int> PurgeAsync(DbSession session, DateTimeOffset before, int limit) => session.ExecuteAsync(DeleteOld, new { before, limit });
}
