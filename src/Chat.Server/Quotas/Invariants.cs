namespace Chat.Server.Quotas;

/// <summary>A channel's account beside what its rows add up to. Amounts are micro-credits.</summary>
internal sealed record Books
{
    public Guid PublicId { get; init; }

    public long? AccountId { get; init; }

    public long Allocated { get; init; }

    public long Consumed { get; init; }

    public long Reserved { get; init; }

    /// <summary>The sum of the grants.</summary>
    public long Granted { get; init; }

    /// <summary>The sum of the lines of usage.</summary>
    public long Charged { get; init; }

    /// <summary>The sum of what pending turns have reserved.</summary>
    public long Pending { get; init; }

    /// <summary>Pending turns that a sweep should have failed.</summary>
    public long Overdue { get; init; }

    /// <summary>Answered turns without a line of usage of the same charge.</summary>
    public long Uncharged { get; init; }

    /// <summary>Lines of usage whose turn is there and was not answered at that charge.</summary>
    public long Unanswered { get; init; }
}

/// <summary>The rules that hold at every instant, whatever else happens (design, "One turn of a conversation").</summary>
public static class Invariants
{
    /// <summary>Every channel has an account.</summary>
    public const string HasAccount = "has_account";

    /// <summary>Allocated is the sum of the grants.</summary>
    public const string AllocatedIsGranted = "allocated_is_granted";

    /// <summary>Consumed is the sum of the charges.</summary>
    public const string ConsumedIsCharged = "consumed_is_charged";

    /// <summary>Reserved is what pending turns hold.</summary>
    public const string ReservedIsPending = "reserved_is_pending";

    /// <summary>Consumed and reserved together never pass allocated.</summary>
    public const string WithinAllocated = "within_allocated";

    /// <summary>An answered turn has one line of usage, of the same charge.</summary>
    public const string RepliesAreCharged = "replies_are_charged";

    /// <summary>A line of usage whose turn still exists belongs to an answered one, of the same charge.</summary>
    public const string ChargesHaveReplies = "charges_have_replies";

    /// <summary>No turn is pending for longer than its lease and a sweep.</summary>
    public const string LeasesEnd = "leases_end";

    internal static IEnumerable<AuditViolation> BrokenBy(Books books)
    {
        if (books.AccountId is null)
            yield return new AuditViolation(books.PublicId, HasAccount, 1, 0);
        foreach (var (name, expected, actual) in Sums(books).Where(rule => rule.Expected != rule.Actual))
            yield return new AuditViolation(books.PublicId, name, Credits.FromMicro(expected), Credits.FromMicro(actual));
        if (books.Consumed + books.Reserved > books.Allocated)
            yield return new AuditViolation(books.PublicId, WithinAllocated, Credits.FromMicro(books.Allocated), Credits.FromMicro(books.Consumed + books.Reserved));
        foreach (var (name, rows) in Strays(books).Where(rule => rule.Rows > 0))
            yield return new AuditViolation(books.PublicId, name, 0, rows);
    }

    private static IEnumerable<(string Name, long Expected, long Actual)> Sums(Books books) =>
    [
        (AllocatedIsGranted, books.Granted, books.Allocated),
        (ConsumedIsCharged, books.Charged, books.Consumed),
        (ReservedIsPending, books.Pending, books.Reserved),
    ];

    private static IEnumerable<(string Name, long Rows)> Strays(Books books) =>
        [(RepliesAreCharged, books.Uncharged), (ChargesHaveReplies, books.Unanswered), (LeasesEnd, books.Overdue)];
}
