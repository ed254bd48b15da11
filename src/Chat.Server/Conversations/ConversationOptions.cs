using Microsoft.Extensions.Options;

namespace Chat.Server.Conversations;

/// <summary>How long conversations and turns live: section <c>Sessions</c>.</summary>
public sealed class ConversationOptions
{
    /// <summary>How long a session lives after its last message. Default 24 hours (contract, "Sessions").</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a reply may take in all, every provider together. Default 3 minutes. A turn's lease is a minute longer.</summary>
    public TimeSpan TurnTimeout { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>How often expired threads and abandoned turns are looked for. Default 1 minute.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Says all that is wrong with the settings, at start.</summary>
internal sealed class ConversationOptionsValidator : IValidateOptions<ConversationOptions>
{
    public ValidateOptionsResult Validate(string? name, ConversationOptions options)
    {
        List<string> faults = [];
        if (options.Lifetime < TimeSpan.FromMinutes(1) || options.Lifetime > TimeSpan.FromDays(365))
            faults.Add("Sessions:Lifetime must be between 1 minute and 365 days.");
        if (options.TurnTimeout < TimeSpan.FromSeconds(1) || options.TurnTimeout > TimeSpan.FromHours(1))
            faults.Add("Sessions:TurnTimeout must be between 1 second and 1 hour.");
        if (options.SweepInterval < TimeSpan.FromSeconds(1) || options.SweepInterval > TimeSpan.FromHours(1))
            faults.Add("Sessions:SweepInterval must be between 1 second and 1 hour.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
