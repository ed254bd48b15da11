using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Microsoft.AspNetCore.Mvc;

namespace Chat.Server.Administration;

/// <summary>The query of a usage report.</summary>
public sealed record UsageQuery
{
    private const string DayGrouping = "day";
    private const string ModelGrouping = "model";

    /// <summary>The first UTC day, as `2026-04-05`; default: 29 days before the last. A report has at most 366 days.</summary>
    [FromQuery(Name = "from")]
    public DateOnly? From { get; init; }

    /// <summary>The last UTC day; default: today.</summary>
    [FromQuery(Name = "to")]
    public DateOnly? To { get; init; }

    /// <summary>What the report has a line for: `day` (the default) or `model`.</summary>
    [FromQuery(Name = "by")]
    [DefaultValue(DayGrouping), RegularExpression($"^({DayGrouping}|{ModelGrouping})$")]
    public string? By { get; init; }

    internal UsageGrouping Grouping => By == ModelGrouping ? UsageGrouping.Model : UsageGrouping.Day;

    /// <summary>The days of the request's query, or what is wrong with it.</summary>
    internal static Result<UsageRange> RangeOf(HttpContext context)
    {
        var query = context.Request.Query;
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        return UsageRange.Read(Text("from"), Text("to"), DateOnly.FromDateTime(now.UtcDateTime));

        string? Text(string name) => query.TryGetValue(name, out var sent) ? sent.ToString() : null;
    }

    /// <summary>Refuses a query that breaks a rule; a filter over the query as it was sent, as <see cref="PageQuery.CheckAsync"/> is.</summary>
    internal static ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!RangeOf(context.HttpContext).Succeeded(out _, out var error))
            return ValueTask.FromResult<object?>(new ErrorResult(error));
        return !context.HttpContext.Request.Query.TryGetValue("by", out var by) || by.ToString() is DayGrouping or ModelGrouping
            ? next(context)
            : ValueTask.FromResult<object?>(new ErrorResult(ChatError.InvalidRequest("by", "Must be day or model.")));
    }
}

/// <summary>The UTC days of a report, both inclusive.</summary>
public sealed record UsageRange(DateOnly From, DateOnly To)
{
    internal const string NotADate = "Must be a date such as 2026-04-05, between 1970 and 9998.";

    private const int DefaultDays = 30;
    private const int MaxDays = 366;

    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>The first day's number since 1970.</summary>
    public int FirstDay => From.DayNumber - Epoch;

    /// <summary>The last day's number since 1970.</summary>
    public int LastDay => To.DayNumber - Epoch;

    /// <summary>The date of a day's number.</summary>
    internal static DateOnly DateOf(int day) => DateOnly.FromDayNumber(Epoch + day);

    /// <summary>The days of a report that nobody has set any for: 30, today the last.</summary>
    internal static UsageRange UpTo(DateOnly today) => new(today.AddDays(1 - DefaultDays), today);

    internal static Result<UsageRange> Read(string? from, string? to, DateOnly today)
    {
        var last = today;
        if (to is not null && !TryRead(to, out last))
            return ChatError.InvalidRequest("to", NotADate);
        var first = UpTo(last).From;
        if (from is not null && !TryRead(from, out first))
            return ChatError.InvalidRequest("from", NotADate);
        return (last.DayNumber - first.DayNumber) is >= 0 and < MaxDays
            ? new UsageRange(first, last)
            : ChatError.InvalidRequest("from", $"Must not be after to, nor more than {MaxDays - 1} days before it.");
    }

    private static bool TryRead(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date) && date.Year is >= 1970 and <= 9998;
}
