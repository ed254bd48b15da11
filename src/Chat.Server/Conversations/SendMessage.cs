using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using FluentValidation;

namespace Chat.Server.Conversations;

/// <summary>The body of <c>POST /chat</c>.</summary>
public sealed record SendMessageRequest
{
    internal const int MessageLength = 2_000;
    internal const int SessionIdLength = 255;

    // These can be set: of those that cannot, the generated reader first gathers the values in arrays.

    /// <summary>What the visitor says: 1 to 2,000 characters (Unicode scalar values: an emoji is one) after trimming.</summary>
    [Required, StringLength(MessageLength, MinimumLength = 1)]
    public string? Message { get; set; }

    /// <summary>The visitor's session: 1 to 255 characters, chosen by the caller, private to the channel.</summary>
    [Required, StringLength(SessionIdLength, MinimumLength = 1)]
    public string? SessionId { get; set; }

    /// <summary>About the page that the visitor is looking at; reaches the model as data, never as instruction. Other members are ignored.</summary>
    public PageMetadata? Metadata { get; set; }

    /// <summary>What this reply is wanted to be like: `fast`, `balanced` or `deep`. Only where the channel allows it; default: the channel's own.</summary>
    [RegularExpression("^(fast|balanced|deep)$")]
    public string? Profile { get; set; }

    /// <summary>Answer as server-sent events: `start`, a `delta` for each piece, then `done` or `error`. Default false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Stream { get; set; }

    /// <summary>Let the events also carry the reply as HTML that is safe and never rewritten: `html`. Default false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? StreamHtml { get; set; }
}

/// <summary>About the page that the visitor is looking at.</summary>
public sealed record PageMetadata
{
    internal const int UrlLength = 2_048;
    internal const int TitleLength = 300;

    /// <summary>The page's absolute http or https URL; at most 2,048 characters.</summary>
    [MaxLength(UrlLength)]
    public string? Url { get; set; }

    /// <summary>The page's title; at most 300 characters.</summary>
    [MaxLength(TitleLength)]
    public string? Title { get; set; }
}

/// <summary>The answer to a message.</summary>
public sealed record SendMessageResponse
{
    /// <summary>The model's Markdown, untouched.</summary>
    public required string Reply { get; init; }

    /// <summary>The reply rendered and made safe: it can be put into a page as it is.</summary>
    public required string ReplyHtml { get; init; }

    /// <summary>The session, as the caller named it.</summary>
    public required string SessionId { get; init; }

    /// <summary>The id of this turn.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>What the turn used.</summary>
    public required TurnUsage Usage { get; init; }

    internal static SendMessageResponse Of(RunningTurn turn, TurnReply reply) => new()
    {
        Reply = reply.Markdown,
        ReplyHtml = reply.Html,
        SessionId = turn.SessionId,
        MessageId = turn.MessageId,
        Usage = TurnUsage.Of(reply),
    };
}

/// <summary>What a turn used and cost.</summary>
public sealed record TurnUsage
{
    /// <summary>Tokens that were sent to the model.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens that the model wrote.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Both together.</summary>
    public required int TotalTokens { get; init; }

    /// <summary>Credits charged: 1 credit is 1,000 tokens times the model's rate.</summary>
    public required decimal Credits { get; init; }

    internal static TurnUsage Of(TurnReply reply) => new()
    {
        PromptTokens = reply.PromptTokens,
        CompletionTokens = reply.CompletionTokens,
        TotalTokens = reply.PromptTokens + reply.CompletionTokens,
        Credits = Quotas.Credits.FromMicro(reply.MicroCredits),
    };
}

/// <summary>The rules of <see cref="SendMessageRequest"/>.</summary>
internal sealed class SendMessageValidator : AbstractValidator<SendMessageRequest>
{
    public SendMessageValidator()
    {
        RuleFor(request => request.Message)
            .Must(message => !string.IsNullOrWhiteSpace(message)).WithMessage("Is required: 1 to 2,000 characters after trimming.");
        RuleFor(request => request.Message == null ? null : request.Message.Trim()).Text(SendMessageRequest.MessageLength).OverridePropertyName("message");
        RuleFor(request => request.SessionId).SessionId();
        RuleFor(request => request.Metadata!.Url).HttpUrl(PageMetadata.UrlLength)
            .When(request => request.Metadata is not null).OverridePropertyName("metadata.url");
        RuleFor(request => request.Metadata!.Title).Text(PageMetadata.TitleLength)
            .When(request => request.Metadata is not null).OverridePropertyName("metadata.title");
    }
}

/// <summary>A message that was taken: its turn runs, or has ended before.</summary>
/// <param name="Turn">The turn.</param>
/// <param name="Replayed">Whether its answer was given before, to a request with the same idempotency key.</param>
public sealed record TakenMessage(RunningTurn Turn, bool Replayed);

/// <summary>The first half of a turn: what is asked, and its admission. The rest is its own, whatever becomes of the request.</summary>
public sealed class SendMessage(
    ChannelDirectory channels, TurnAdmission admission, Meter meter, TurnRunner runner, TimeProvider time)
{
    /// <summary>Takes a valid message, or refuses it. Once taken, it is answered, stored and charged even when the caller hangs up.</summary>
    /// <param name="given">The channel, as its key found it.</param>
    /// <param name="request">The message.</param>
    /// <param name="idempotencyKey">The caller's name for the request; null when it has none.</param>
    /// <param name="streamed">Whether the caller reads the reply as it is made.</param>
    /// <param name="cancellationToken">Ends the taking, before it is done.</param>
    public async Task<Result<TakenMessage>> HandleAsync(
        Channel given, SendMessageRequest request, IdempotencyKey? idempotencyKey, bool streamed, CancellationToken cancellationToken)
    {
        if (!(await ChannelOfAsync(given, request, cancellationToken)).Succeeded(out var channel, out var unallowed))
            return unallowed;
        var message = request.Message!.Trim();
        var session = SessionKey.Of(channel.ChannelId, request.SessionId!);
        var frame = PromptFrame.Of(channel.Settings, meter.LimitsFor(channel), message, request.Metadata);

        var admitted = await admission.AdmitAsync(channel, session, new NewMessage(message, frame, idempotencyKey), cancellationToken);
        if (!admitted.Succeeded(out var outcome, out var error))
            return error;
        return outcome.Replay is { } first
            ? new TakenMessage(RunningTurn.Ended(first.MessageId, session.SessionId, first.Reply), Replayed: true)
            : new TakenMessage(runner.Run(outcome.Turn!, streamed), Replayed: false);
    }

    // The key was looked up before the body was read, and a body may take its time: who was let in then may not be now.
    private async ValueTask<Result<Channel>> ChannelOfAsync(Channel given, SendMessageRequest request, CancellationToken cancellationToken)
    {
        if (await channels.RefreshAsync(given, cancellationToken) is not { } channel)
            return ChatError.InvalidApiKey;
        return channel.IsActiveAt(time.GetUtcNow()) ? channel.WithProfile(request.Profile) : ChatError.SiteInactive;
    }
}
