using System.CommandLine;
using Chat.Server.Quotas;

namespace Chat.Server.Administration;

/// <summary>The answer of <c>GET /admin/v1/audit</c>.</summary>
public sealed record AuditResponse
{
    /// <summary>Whether every channel keeps every invariant.</summary>
    public required bool Ok { get; init; }

    /// <summary>How many channels were looked at.</summary>
    public required int Channels { get; init; }

    /// <summary>What is wrong; empty when <c>ok</c>.</summary>
    public required IReadOnlyList<AuditViolationResponse> Violations { get; init; }

    internal static AuditResponse From(AuditReport report) => new()
    {
        Ok = report.Violations.Count == 0,
        Channels = report.Channels,
        Violations = [.. report.Violations.Select(violation => new AuditViolationResponse
        {
            ChannelId = violation.ChannelId,
            Invariant = violation.Invariant,
            Expected = violation.Expected,
            Actual = violation.Actual,
        })],
    };
}

/// <summary>An invariant that a channel breaks.</summary>
public sealed record AuditViolationResponse
{
    /// <summary>The channel.</summary>
    public required Guid ChannelId { get; init; }

    /// <summary>
    /// The invariant's name: `has_account`, `allocated_is_granted`, `consumed_is_charged`, `reserved_is_pending`, `within_allocated`,
    /// `replies_are_charged`, `charges_have_replies` or `leases_end`.
    /// </summary>
    public required string Invariant { get; init; }

    /// <summary>What the rows add up to: credits where the invariant is about money, else a number of rows.</summary>
    public required decimal Expected { get; init; }

    /// <summary>What there is instead.</summary>
    public required decimal Actual { get; init; }
}

/// <summary>The command <c>audit</c>: the same check, for a script.</summary>
internal static class AuditCommand
{
    /// <summary>Exit code 0 when every invariant holds, 1 when one does not.</summary>
    public static Command Create(CommandRunner run)
    {
        var command = new Command("audit", "Recomputes every account from its rows: exit code 1 where one does not add up.");
        command.SetAction((_, cancellationToken) => run(async services =>
        {
            var report = await services.GetRequiredService<Audit>().RunAsync(cancellationToken);
            foreach (var violation in report.Violations)
                System.Console.WriteLine($"{violation.ChannelId}  {violation.Invariant}  expected {violation.Expected}, is {violation.Actual}");
            System.Console.WriteLine($"{report.Channels} channels, {report.Violations.Count} violations.");
            return report.Violations.Count == 0 ? 0 : 1;
        }));
        return command;
    }
}
