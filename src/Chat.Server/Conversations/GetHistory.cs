using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Http;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace Chat.Server.Conversations;

/// <summary>The query of <c>/history</c>.</summary>
public sealed record HistoryQuery
{
    /// <summary>The session, as <c>POST /chat</c> named it: 1 to 255 characters.</summary>
    [FromQuery(Name = "session_id")]
    [Required, StringLength(SendMessageRequest.SessionIdLength, MinimumLength = 1)]
    public string? SessionId { get; init; }

    /// <summary>Answers a query that breaks the rules before its endpoint runs.</summary>
    internal static ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var query = context.Arguments.OfType<HistoryQuery>().Single();
        return context.HttpContext.RequestServices.GetRequiredService<IValidator<HistoryQuery>>().Validate(query) is { IsValid: false } verdict
            ? ValueTask.FromResult<object?>(new ErrorResult(verdict.ToError()))
            : next(context);
    }
}

/// <summary>The rule that every session id obeys.</summary>
internal static class SessionIdRule
{
    public static IRuleBuilderOptions<T, string?> SessionId<T>(this IRuleBuilder<T, string?> rule) => rule
        .NotEmpty().WithMessage("Is required: 1 to 255 characters.")
        .Text(SendMessageRequest.SessionIdLength);
}

/// <summary>The rules of <see cref="HistoryQuery"/>.</summary>
internal sealed class HistoryQueryValidator : AbstractValidator<HistoryQuery>
{
    public HistoryQueryValidator() => RuleFor(query => query.SessionId).SessionId();
}

/// <summary>A session's messages.</summary>
public sealed record HistoryResponse
{
    /// <summary>The messages, oldest first; none when the session is unknown, empty or expired.</summary>
    public required IEnumerable<HistoryMessage> Messages { get; init; }

    /// <summary>Whether it is to be sent as it is written: many at a time would not fit into memory whole.</summary>
    internal bool IsLong { get; init; }
}

/// <summary>Who said something.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HistoryRole>))]
public enum HistoryRole
{
    /// <summary>The visitor.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>The bot.</summary>
    [JsonStringEnumMemberName("assistant")]
    Assistant,
}

/// <summary>What has become of a message.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HistoryStatus>))]
public enum HistoryStatus
{
    /// <summary>Its reply is being made.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending = TurnState.Pending,

    /// <summary>It was answered.</summary>
    [JsonStringEnumMemberName("done")]
    Done = TurnState.Done,

    /// <summary>There is no reply, and nothing was charged.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed = TurnState.Failed,
}

/// <summary>One message of a session.</summary>
public sealed record HistoryMessage
{
    /// <summary>Who said it.</summary>
    public required HistoryRole Role { get; init; }

    /// <summary>What was said, in Markdown.</summary>
    public required string Content { get; init; }

    /// <summary>The same rendered and made safe.</summary>
    public required string ContentHtml { get; init; }

    /// <summary>When it was said, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>The turn that the message belongs to; a visitor's message and its reply have the same.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>What has become of the turn: `failed` only where that is asked for.</summary>
    public required HistoryStatus Status { get; init; }

    /// <summary>Why the turn failed, as its caller was told; absent unless it did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }
}

/// <summary>Reads a session.</summary>
public sealed class GetHistory(ConversationStore store, RenderedTexts rendered, TimeProvider time)
{
    // Characters of all its texts. As JSON, with its HTML, a short one is some tens of kilobytes.
    private const int LongFrom = 8_000;

    /// <summary>The session's messages; a session that is not there is empty, never an error.</summary>
    public async Task<HistoryResponse> HandleAsync(Channel channel, string sessionId, bool withFailed, CancellationToken cancellationToken)
    {
        var (session, now) = (SessionKey.Of(channel.ChannelId, sessionId), time.GetUtcNow());
        var turns = await (withFailed ? store.HistoryWithFailedAsync(session, now, cancellationToken) : store.HistoryAsync(session, now, cancellationToken));
        // Each is rendered when it is written, and forgotten: a long history, asked for by many at once, is not held twice.
        return new HistoryResponse
        {
            Messages = turns.SelectMany(Messages),
            IsLong = turns.Sum(turn => turn.Message.Length + (turn.Reply?.Length ?? 0)) >= LongFrom,
        };
    }

    private IEnumerable<HistoryMessage> Messages(Turn turn)
    {
        yield return Message(turn, HistoryRole.User, turn.Message, turn.CreatedAt);
        if (turn.Reply is { Length: > 0 })
            yield return Message(turn, HistoryRole.Assistant, turn.Reply, turn.FinishedAt ?? turn.CreatedAt);
    }

    private HistoryMessage Message(Turn turn, HistoryRole role, string content, DateTimeOffset at) => new()
    {
        MessageId = turn.MessageId,
        Status = (HistoryStatus)turn.State,
        Code = turn.State == TurnState.Failed ? StoredTurn.PublicError(turn.ErrorCode).Code : null,
        Role = role,
        Content = content,
        ContentHtml = rendered.ToHtml(content),
        CreatedAt = at.UtcDateTime,
    };
}
