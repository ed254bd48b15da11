using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Server.Storage;

/// <summary>
/// Runs work on the store again after a transient fault: ten times at most, with waits that double and are jittered, so that
/// what met once does not meet again, and within a budget of time, which no wait is begun beyond.
/// </summary>
/// <param name="budget">How long the tries may go on; null: 5 seconds. A try that is under way is not cut short.</param>
/// <param name="time">The clock of the waits; null: the machine's.</param>
/// <param name="metrics">Where they are counted; null: nowhere.</param>
/// <param name="logger">Where it is told that one was the last; null: nowhere.</param>
internal sealed partial class Retries(TimeSpan? budget = null, TimeProvider? time = null, StorageMetrics? metrics = null, ILogger? logger = null)
{
    /// <summary>How long tries go on unless configured otherwise.</summary>
    public static readonly TimeSpan DefaultBudget = TimeSpan.FromSeconds(5);

    private const int MaxTries = 10;

    // A conflict is over in milliseconds; who is overloaded is helped by nobody who asks again at once.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(20), FirstWaitWhenOverloaded = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _budget = budget ?? DefaultBudget;
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>The clock of the waits, and of what Storage writes down.</summary>
    public TimeProvider Time { get; } = time ?? TimeProvider.System;

    /// <summary>Where it is counted what becomes of commits whose reply was lost.</summary>
    public StorageMetrics? Metrics => metrics;

    /// <summary>Runs until a run succeeds, fails for good, or was the last.</summary>
    /// <exception cref="StoreUnavailableException">The store is out of reach or refuses.</exception>
    /// <exception cref="OutcomeUnknownException">Whether the work was kept could not be found out.</exception>
    public async Task<T> RunAsync<T>(Run<T> run, Func<Exception, FaultKind> kindOf)
    {
        var started = Time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            TimeSpan wait;
            try
            {
                return await run.RunAsync();
            }
            catch (Exception fault) when (kindOf(fault) is var kind && (kind != FaultKind.Other || run.IsInDoubt))
            {
                // What a client reports when its caller hangs up differs from one version to the next.
                run.Token.ThrowIfCancellationRequested();
                if (!kind.IsTransient() && !run.CanLookUp)
                    throw Unavailable(run, fault);
                wait = WaitAfter(kind, tries);
                if (tries == MaxTries || Time.GetElapsedTime(started) + wait > _budget)
                {
                    metrics?.Exhausted(kind);
                    Log.Exhausted(_logger, tries, Time.GetElapsedTime(started), kind.Name(), NumberOf(fault));
                    if (kind == FaultKind.Duplicate && !run.IsInDoubt)
                        throw;
                    throw Unavailable(run, fault);
                }

                metrics?.Retried(kind);
            }

            await Task.Delay(wait, Time, run.Token);
        }
    }

    private StoreUnavailableException Unavailable<T>(Run<T> run, Exception fault)
    {
        if (!run.IsInDoubt)
            return new StoreUnavailableException(fault);
        metrics?.Resolved(Resolutions.Unresolved);
        Log.Unresolved(_logger, NumberOf(fault));
        return new OutcomeUnknownException(fault);
    }

    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Waits are no secret.")]
    private static TimeSpan WaitAfter(FaultKind kind, int tries)
    {
        var wait = (kind == FaultKind.Overloaded ? FirstWaitWhenOverloaded : FirstWait) * Math.Pow(2, tries - 1);
        return (wait < LongestWait ? wait : LongestWait) * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    // The number and not the message, which may quote a row.
    private static int NumberOf(Exception fault) => fault switch
    {
        SqlException sql => sql.Number,
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode,
        _ => 0,
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Work on the store was given up after {Tries} tries in {Elapsed}: {Kind}, error {Number}.")]
        public static partial void Exhausted(ILogger logger, int tries, TimeSpan elapsed, string kind, int number);

        [LoggerMessage(Level = LogLevel.Error, Message = "The reply to a commit was lost, and what became of it could not be looked up: error {Number}.")]
        public static partial void Unresolved(ILogger logger, int number);
    }
}

/// <summary>How it was found out what had become of a commit whose reply was lost.</summary>
internal static class Resolutions
{
    /// <summary>Looked up, and there.</summary>
    public const string Kept = "kept";

    /// <summary>Looked up, and not there: run again.</summary>
    public const string NotKept = "not_kept";

    /// <summary>Not looked up: the work may be done twice, and was.</summary>
    public const string Repeated = "repeated";

    /// <summary>Nobody knows.</summary>
    public const string Unresolved = "unresolved";
}
