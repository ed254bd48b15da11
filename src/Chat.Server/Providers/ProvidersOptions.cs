using System.Buffers;
using Microsoft.Extensions.Options;

namespace Chat.Server.Providers;

/// <summary>An OpenAI-compatible upstream: section <c>Providers:&lt;name&gt;</c>.</summary>
public sealed class ProviderOptions
{
    /// <summary>The address that <c>/chat/completions</c> is appended to; usually ends in <c>/v1</c>. Required.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>Sent as a bearer token to this provider's address and nowhere else; empty: none is sent.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>How long one answer may take in all, in seconds; 1 to 600, default 60.</summary>
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>How long a connection may take to be made, name and TLS included, in seconds; 1 to 60, default 3.</summary>
    public int ConnectTimeoutSeconds { get; set; } = 3;

    /// <summary>How long a streamed answer may take to begin, in seconds; 1 to 600, default 30.</summary>
    public int FirstTokenTimeoutSeconds { get; set; } = 30;

    /// <summary>How long a streamed answer may be silent between two pieces, in seconds; 1 to 600, default 20.</summary>
    public int IdleTimeoutSeconds { get; set; } = 20;

    /// <summary>How often a call that failed in passing is tried again at this provider before the next is asked; 0 to 5, default 1.</summary>
    public int Retries { get; set; } = 1;

    /// <summary>
    /// Where this provider stands when a model names no attempts of its own: lower first, then by name. Default 0. (.NET's
    /// configuration sorts its keys, so the order in which providers were written down is not to be had.)
    /// </summary>
    public int Order { get; set; }
}

/// <summary>What configuration changes of a model: section <c>Models:&lt;id&gt;</c>. What is absent stays as the catalogue has it.</summary>
public sealed class ModelOptions
{
    /// <summary>What people call the model.</summary>
    public string? Name { get; set; }

    /// <summary>Tokens of prompt and reply together.</summary>
    public int? ContextTokens { get; set; }

    /// <summary>Tokens of a reply at most.</summary>
    public int? MaxOutputTokens { get; set; }

    /// <summary>Credits per 1,000 tokens, in steps of 0.001; 0 is free.</summary>
    public decimal? CreditRate { get; set; }

    /// <summary>Whom to ask, in order.</summary>
    public IList<AttemptOptions> Attempts { get; } = [];
}

/// <summary>One entry of a model's attempts.</summary>
public sealed class AttemptOptions
{
    /// <summary>A configured provider's name, or <c>guide</c>.</summary>
    public string Provider { get; set; } = "";

    /// <summary>What that provider calls the model; empty: the model's own id.</summary>
    public string Model { get; set; } = "";

    /// <summary>The profile that the attempt is for: <c>fast</c>, <c>balanced</c> or <c>deep</c>; empty: every profile.</summary>
    public string Profile { get; set; } = "";
}

/// <summary>The sections <c>Providers</c> and <c>Models</c> together, as each is checked against the other.</summary>
public sealed class ProvidersOptions
{
    /// <summary>The upstreams by name.</summary>
    public IDictionary<string, ProviderOptions> Providers { get; } = new OrderedDictionary<string, ProviderOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Models that are added or changed, by id.</summary>
    public IDictionary<string, ModelOptions> Models { get; } = new OrderedDictionary<string, ModelOptions>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Says all that is wrong with providers and models, at start.</summary>
internal sealed class ProvidersOptionsValidator : IValidateOptions<ProvidersOptions>
{
    // As their columns hold, where usage names them: the id, and provider and model of an attempt with a stroke between.
    private const int MaxNameLength = 100, MaxAttemptLength = 199;

    // Ids are compared by the database too. Of visible ASCII, engines agree what is the same but for case, which configuration
    // does not tell apart either.
    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    public ValidateOptionsResult Validate(string? name, ProvidersOptions options)
    {
        List<string> faults = [.. options.Providers.SelectMany(ProviderFaults), .. options.Models.SelectMany(model => ModelFaults(model, options))];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> ProviderFaults(KeyValuePair<string, ProviderOptions> provider)
    {
        var section = $"Providers:{provider.Key}";
        if (ModelCatalogue.IsGuide(provider.Key))
            yield return $"{section} cannot be configured: guide is the name of the built-in guide.";
        if (provider.Key.Length > MaxNameLength)
            yield return $"{section} has too long a name: at most {MaxNameLength} characters.";
        if (!Uri.TryCreate(provider.Value.BaseUrl, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            yield return $"{section}:BaseUrl must be an absolute http or https URL.";
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            yield return $"{section}:BaseUrl must have no user, query or fragment.";
        // A line break, as files of secrets end with, would fail every request and not the start.
        if (provider.Value.ApiKey.Any(character => character is <= ' ' or > '~'))
            yield return $"{section}:ApiKey must be visible ASCII characters without spaces.";
        if (provider.Value.TimeoutSeconds is < 1 or > 600)
            yield return $"{section}:TimeoutSeconds must be between 1 and 600.";
        if (provider.Value.ConnectTimeoutSeconds is < 1 or > 60)
            yield return $"{section}:ConnectTimeoutSeconds must be between 1 and 60.";
        if (provider.Value.FirstTokenTimeoutSeconds is < 1 or > 600)
            yield return $"{section}:FirstTokenTimeoutSeconds must be between 1 and 600.";
        if (provider.Value.IdleTimeoutSeconds is < 1 or > 600)
            yield return $"{section}:IdleTimeoutSeconds must be between 1 and 600.";
        if (provider.Value.Retries is < 0 or > 5)
            yield return $"{section}:Retries must be between 0 and 5.";
    }

    private static IEnumerable<string> ModelFaults(KeyValuePair<string, ModelOptions> model, ProvidersOptions options)
    {
        var section = $"Models:{model.Key}";
        if (model.Key.Length is 0 or > MaxNameLength || model.Key.AsSpan().ContainsAnyExcept(Visible))
            yield return $"{section} must have an id of 1 to {MaxNameLength} visible ASCII characters.";
        if (model.Value.Attempts.Any(attempt => attempt.Model.Length > MaxAttemptLength))
            yield return $"{section}:Attempts names a model of more than {MaxAttemptLength} characters.";
        if (model.Value.ContextTokens is < 512)
            yield return $"{section}:ContextTokens must be at least 512.";
        if (model.Value.MaxOutputTokens is < 64)
            yield return $"{section}:MaxOutputTokens must be at least 64.";
        if (model.Value.CreditRate is { } rate && (rate < 0 || rate > 1000 || decimal.Round(rate, 3) != rate))
            yield return $"{section}:CreditRate must be between 0 and 1000, in steps of 0.001.";
        foreach (var attempt in model.Value.Attempts.Where(attempt => !ModelCatalogue.IsGuide(attempt.Provider) && !options.Providers.ContainsKey(attempt.Provider)))
            yield return $"{section}:Attempts names the provider \"{attempt.Provider}\", which is not configured.";
        foreach (var attempt in model.Value.Attempts.Where(attempt => attempt.Profile is not "" && ResponseProfiles.Parse(attempt.Profile) is null))
            yield return $"{section}:Attempts names the profile \"{attempt.Profile}\": it must be {ResponseProfiles.Names}.";
    }
}
