using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json.Serialization;
using Chat.Server.Http;
using Chat.Server.Providers;
using FluentValidation;

namespace Chat.Server.Channels;

/// <summary>
/// What the owner of a channel sets. One shape for making and for editing: an edit is merged into what is there. Null is a
/// setting's default. (Settable, not init-only: the generated reader would overwrite an absent init-only member's default.)
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public record ChannelSettings
{
    internal const int NameLength = 200;
    internal const int TextLength = 1_000;
    internal const int PromptLength = 20_000;
    internal const int KnowledgeLength = 400_000;
    internal const int MaxQuestions = 10;
    internal const int MaxOrigins = 100;

    /// <summary>What the owner calls the channel; 1 to 200 characters.</summary>
    [StringLength(NameLength, MinimumLength = 1)]
    public string Name { get; set => field = value ?? ""; } = "";

    /// <summary>Whether the channel answers. Default true; false is 403 <c>Site is inactive</c>.</summary>
    [DefaultValue(true)]
    public bool Active { get; set; } = true;

    /// <summary>The catalogue's id of the model that answers.</summary>
    [DefaultValue(ModelCatalogue.DefaultModel)]
    public string Model { get; set => field = value ?? ModelCatalogue.DefaultModel; } = ModelCatalogue.DefaultModel;

    /// <summary>
    /// Which of the model's attempts are asked first: those for `fast`, `balanced` (the default) or `deep` replies, and those for
    /// every kind. Where the model has none of the kind, its others answer in order.
    /// </summary>
    [DefaultValue(ResponseProfiles.Default), RegularExpression(ResponseProfiles.Pattern)]
    public string Profile { get; set => field = value ?? ResponseProfiles.Default; } = ResponseProfiles.Default;

    /// <summary>Whether a message may choose another profile for its own reply. Default false.</summary>
    [DefaultValue(false)]
    public bool AllowProfileOverride { get; set; }

    /// <summary>Whether the built-in guide answers from the knowledge when no provider does. Default false.</summary>
    [DefaultValue(false)]
    public bool GuideFallback { get; set; }

    /// <summary>How the bot is to behave; at most 20,000 characters.</summary>
    [MaxLength(PromptLength)]
    public string SystemPrompt { get; set => field = value ?? ""; } = "";

    /// <summary>What the bot knows, in Markdown; at most 400,000 characters. It follows the system prompt.</summary>
    [MaxLength(KnowledgeLength)]
    public string Knowledge { get; set => field = value ?? ""; } = "";

    /// <summary>The website that the channel is for.</summary>
    [MaxLength(2048)]
    public string? WebsiteUrl { get; set; }

    /// <summary>Messages per UTC minute; 1 to 100,000, default 60.</summary>
    [DefaultValue(60), Range(1, 100_000)]
    public int RequestsPerMinute { get; set; } = 60;

    /// <summary>Messages per UTC day; 1 to 100,000,000, default 1,000.</summary>
    [DefaultValue(1_000), Range(1, 100_000_000)]
    public int RequestsPerDay { get; set; } = 1_000;

    /// <summary>Messages per UTC minute of one session; null: no limit of its own.</summary>
    [Range(1, 100_000)]
    public int? RequestsPerMinutePerSession { get; set; }

    /// <summary>Tokens of a reply at most; 64 to 131,072, default 1,024. The model's own maximum holds as well.</summary>
    [DefaultValue(1_024), Range(64, 131_072)]
    public int MaxOutputTokens { get; set; } = 1_024;

    /// <summary>Origins (scheme, host, port) whose pages may embed the hosted widget; at most 100.</summary>
    [MaxLength(MaxOrigins)]
    public IReadOnlyList<string> AllowedOrigins { get; set => field = value ?? []; } = [];

    /// <summary>When the channel stops answering; null: never. Kept in UTC, to the millisecond.</summary>
    public DateTimeOffset? ExpiresAt
    {
        get;
        set => field = value is { } expiry ? DateTimeOffset.FromUnixTimeMilliseconds(expiry.ToUnixTimeMilliseconds()) : null;
    }

    /// <summary>What the widget says first; at most 1,000 characters.</summary>
    [MaxLength(TextLength)]
    public string? Greeting { get; set; }

    /// <summary>Questions that the widget offers; at most 10, each of at most 200 characters.</summary>
    [MaxLength(MaxQuestions)]
    public IReadOnlyList<string> SuggestedQuestions { get; set => field = value ?? []; } = [];

    /// <summary>Whom a visitor can reach when the bot does not know; at most 1,000 characters.</summary>
    [MaxLength(TextLength)]
    public string? Contact { get; set; }

    /// <summary>Alert when so many percent of the granted credits are consumed; 1 to 100, null: never. Once for each sum of grants.</summary>
    [Range(1, 100)]
    public int? AlertCreditsPercent { get; set; }

    /// <summary>Alert when a UTC day has had so many percent of its messages; 1 to 100, null: never. Once a day.</summary>
    [Range(1, 100)]
    public int? AlertDailyPercent { get; set; }

    /// <summary>
    /// Where alerts are posted: an https URL; http only on this machine, and in Development. Each call is signed with the channel's
    /// webhook secret in `X-Chat-Signature`, and is tried eight times within a day until it is answered with a 2xx.
    /// </summary>
    [MaxLength(2048)]
    public string? AlertWebhookUrl { get; set; }
}

/// <summary>The rules of <see cref="ChannelSettings"/>.</summary>
internal sealed class ChannelSettingsValidator : AbstractValidator<ChannelSettings>
{
    private const int UrlLength = 2_048;
    private const int QuestionLength = 200;

    public ChannelSettingsValidator(ModelCatalogue catalogue, IHostEnvironment environment)
    {
        RuleFor(settings => settings.Name).NotEmpty().WithMessage("Is required.").Text(ChannelSettings.NameLength);
        RuleFor(settings => settings.Model)
            .Must(id => id is not null && catalogue.Find(id) is not null)
            .WithMessage($"Must be one of: {string.Join(", ", catalogue.All.Select(model => model.Id))}.");
        RuleFor(settings => settings.Profile).Must(name => ResponseProfiles.Parse(name) is not null).WithMessage($"Must be {ResponseProfiles.Names}.");
        RuleFor(settings => settings.SystemPrompt).Text(ChannelSettings.PromptLength);
        RuleFor(settings => settings.Knowledge).Text(ChannelSettings.KnowledgeLength);
        RuleFor(settings => settings.WebsiteUrl).HttpUrl(UrlLength);
        RuleFor(settings => settings.RequestsPerMinute).InclusiveBetween(1, 100_000).WithMessage("Must be between 1 and 100,000.");
        RuleFor(settings => settings.RequestsPerDay).InclusiveBetween(1, 100_000_000).WithMessage("Must be between 1 and 100,000,000.");
        RuleFor(settings => settings.RequestsPerMinutePerSession).InclusiveBetween(1, 100_000).WithMessage("Must be null, or between 1 and 100,000.");
        RuleFor(settings => settings.MaxOutputTokens).InclusiveBetween(64, 131_072).WithMessage("Must be between 64 and 131,072.");
        RuleFor(settings => settings.AllowedOrigins.Count)
            .LessThanOrEqualTo(ChannelSettings.MaxOrigins).WithMessage("Must be at most 100 origins.").OverridePropertyName("allowed_origins");
        RuleForEach(settings => settings.AllowedOrigins)
            .Must(IsOrigin).WithMessage("Must be an origin such as https://www.example.com: scheme, host and port, nothing after.");
        RuleFor(settings => settings.Greeting).Text(ChannelSettings.TextLength);
        RuleFor(settings => settings.SuggestedQuestions.Count)
            .LessThanOrEqualTo(ChannelSettings.MaxQuestions).WithMessage("Must be at most 10 questions.").OverridePropertyName("suggested_questions");
        RuleForEach(settings => settings.SuggestedQuestions).NotEmpty().WithMessage("Must not be empty.").Text(QuestionLength);
        RuleFor(settings => settings.Contact).Text(ChannelSettings.TextLength);
        RuleFor(settings => settings.AlertCreditsPercent).InclusiveBetween(1, 100).WithMessage("Must be null, or between 1 and 100.");
        RuleFor(settings => settings.AlertDailyPercent).InclusiveBetween(1, 100).WithMessage("Must be null, or between 1 and 100.");
        RuleFor(settings => settings.AlertWebhookUrl).HttpUrl(UrlLength)
            .Must(text => IsWebhook(text, environment)).WithMessage("Must be an https URL without a user; http only on this machine.");
    }

    private static bool IsWebhook(string? text, IHostEnvironment environment) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var url)
        || (url.UserInfo.Length == 0 && (url.Scheme == Uri.UriSchemeHttps || url.IsLoopback || environment.IsDevelopment()));

    // Compared as browsers write it: no user, no path, no trailing slash, no default port, lower case, a host of other letters in its ASCII form.
    private static bool IsOrigin(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && string.Equals(url.GetLeftPart(UriPartial.Authority), text, StringComparison.Ordinal)
        && url.UserInfo.Length == 0
        && Ascii.IsValid(text);
}
