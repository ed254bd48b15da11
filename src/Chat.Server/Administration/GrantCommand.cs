using System.CommandLine;
using Chat.Server.Http;
using FluentValidation;

namespace Chat.Server.Administration;

/// <summary>The command <c>channel grant</c>.</summary>
internal static class GrantCommand
{
    /// <summary>The command, on the channel that <paramref name="id"/> names.</summary>
    public static Command Create(Argument<Guid> id, CommandRunner run)
    {
        var credits = new Option<decimal>("--credits") { Description = "How many credits to grant.", Required = true };
        var note = new Option<string?>("--note") { Description = "What the grant is for." };
        var key = new Option<string?>("--idempotency-key") { Description = "Grants once, however often the command is run with the same key." };
        var command = new Command("grant", "Grants a channel credits and prints its account.") { id, credits, note, key };
        command.SetAction((parsed, cancellationToken) => run(services => GrantAsync(
            services,
            parsed.GetRequiredValue(id),
            new GrantCreditsRequest { Credits = parsed.GetRequiredValue(credits), Note = parsed.GetValue(note) },
            parsed.GetValue(key),
            cancellationToken)));
        return command;
    }

    private static async Task<int> GrantAsync(
        IServiceProvider services, Guid id, GrantCreditsRequest request, string? header, CancellationToken cancellationToken)
    {
        if (services.GetRequiredService<IValidator<GrantCreditsRequest>>().Validate(request) is { IsValid: false } verdict)
            return await ChannelCommands.FailAsync(verdict.ToError());
        if (!IdempotencyHeader.Parse(header).Succeeded(out var key, out var error))
            return await ChannelCommands.FailAsync(error);
        var operation = services.GetRequiredService<GrantCredits>();
        if (!(await operation.HandleAsync(id, request, key, cancellationToken)).Succeeded(out var granted, out error))
            return await ChannelCommands.FailAsync(error);
        System.Console.WriteLine($"granted    {granted.Grant.Credits}{(granted.Replayed ? " (before)" : "")}");
        System.Console.WriteLine($"allocated  {granted.Grant.CreditsAllocated}");
        System.Console.WriteLine($"consumed   {granted.Grant.CreditsConsumed}");
        return 0;
    }
}
