using Chat.Server.Quotas;

namespace Chat.Server.Administration;

/// <summary>Makes the lines of a usage report from what the store counted.</summary>
internal static class UsageLines
{
    /// <summary>A line for each day, or each model, that has anything.</summary>
    public static IReadOnlyList<UsageLine> Of(UsageFigures figures, UsageGrouping by)
    {
        var times = figures.Times.ToLookup(bucket => (bucket.Day, bucket.Model));
        var firstTokens = figures.FirstTokens.ToLookup(bucket => (bucket.Day, bucket.Model));
        var unanswered = figures.Unanswered.ToLookup(count => (count.Day, count.Model));
        var ratings = figures.Ratings.ToLookup(count => (count.Day, count.Model));
        return
        [
            .. times.Select(group => group.Key).Union(unanswered.Select(group => group.Key))
                .OrderBy(key => key.Day).ThenBy(key => key.Model, StringComparer.Ordinal)
                .Select(key => new UsageLine(Totals(times[key], firstTokens[key], unanswered[key], ratings[key]))
                {
                    Day = by == UsageGrouping.Day ? UsageRange.DateOf(key.Day) : null,
                    Model = by == UsageGrouping.Model ? key.Model : null,
                }),
        ];
    }

    /// <summary>All lines together.</summary>
    public static UsageTotals Sum(UsageFigures figures) => Totals(figures.Times, figures.FirstTokens, figures.Unanswered, figures.Ratings);

    private static UsageTotals Totals(
        IEnumerable<UsageBucket> times, IEnumerable<UsageBucket> firstTokens, IEnumerable<UnansweredCount> unanswered, IEnumerable<RatingCount> ratings)
    {
        var rated = ratings.ToList();
        var replies = times.ToList();
        var reasons = unanswered.ToLookup(count => count.Kind);
        return new UsageTotals
        {
            Answered = replies.Sum(bucket => bucket.Count),
            Failed = reasons[UnansweredKind.Failed].Sum(count => count.Count),
            Refused = reasons[UnansweredKind.Refused].Sum(count => count.Count),
            FailedBy = ByCode(reasons[UnansweredKind.Failed]),
            RefusedBy = ByCode(reasons[UnansweredKind.Refused]),
            PromptTokens = replies.Sum(bucket => bucket.PromptTokens),
            CompletionTokens = replies.Sum(bucket => bucket.CompletionTokens),
            Credits = Credits.FromMicro(replies.Sum(bucket => bucket.Credits)),
            LatencyMs = PercentilesOf(replies),
            FirstTokenMs = PercentilesOf([.. firstTokens]),
            ThumbsUp = rated.Sum(count => count.Up),
            ThumbsDown = rated.Sum(count => count.Down),
        };
    }

    private static SortedDictionary<string, long> ByCode(IEnumerable<UnansweredCount> counts)
    {
        var byCode = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var count in counts)
            byCode[count.Code] = byCode.GetValueOrDefault(count.Code) + count.Count;
        return byCode;
    }

    private static Percentiles? PercentilesOf(List<UsageBucket> buckets)
    {
        var sorted = buckets.OrderBy(bucket => bucket.Bucket).ToList();
        var total = sorted.Sum(bucket => bucket.Count);
        return total == 0 ? null : new Percentiles { P50 = At(50), P95 = At(95), P99 = At(99) };

        // Nearest rank: the least time that so many percent of the replies do not exceed.
        long At(int percent)
        {
            var rank = ((total * percent) + 99) / 100;
            var passed = 0L;
            foreach (var bucket in sorted)
            {
                passed += bucket.Count;
                if (passed >= rank)
                    return TimeBuckets.Middle(bucket.Bucket);
            }

            return TimeBuckets.Middle(sorted[^1].Bucket);
        }
    }
}
