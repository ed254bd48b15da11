using Microsoft.Extensions.Options;

namespace Chat.Server.WidgetHost;

/// <summary>The hosted embed: section <c>Embed</c>.</summary>
public sealed class EmbedOptions
{
    /// <summary>How many messages one visitor, as known by address, may send within any 60 seconds. Default 10. The channel's own limits hold as well.</summary>
    public int MessagesPerMinute { get; set; } = 10;

    /// <summary>How long a form may be used after its page was made. Default 2 hours; then the visitor is asked to send again.</summary>
    public TimeSpan FormLifetime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>The service's address as websites know it, such as <c>https://chat.example.com</c>: what snippets point to. Default: that of the request.</summary>
    public string? PublicUrl { get; set; }
}

/// <summary>Says all that is wrong with the settings, at start.</summary>
internal sealed class EmbedOptionsValidator : IValidateOptions<EmbedOptions>
{
    public ValidateOptionsResult Validate(string? name, EmbedOptions options)
    {
        List<string> faults = [];
        if (options.MessagesPerMinute is < 1 or > 1_000)
            faults.Add("Embed:MessagesPerMinute must be between 1 and 1000.");
        if (options.FormLifetime < TimeSpan.FromMinutes(1) || options.FormLifetime > TimeSpan.FromDays(1))
            faults.Add("Embed:FormLifetime must be between 1 minute and 1 day.");
        if (options.PublicUrl is { } url && EmbedAddress.Parse(url) is null)
            faults.Add("Embed:PublicUrl must be an absolute http or https URL without user, query or fragment.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
