using System.ComponentModel;
using Chat.Client;

namespace Chat.Widget.Transcript;

/// <summary>One question and what became of it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record Exchange
{
    /// <summary>The service's name for the turn.</summary>
    public required string MessageId { get; init; }

    /// <summary>What the visitor asked, as it was written.</summary>
    public required string Question { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>The answer's Markdown; null while there is none.</summary>
    public string? Answer { get; init; }

    /// <summary>The answer as HTML that the service has made safe; null while there is none.</summary>
    public string? AnswerHtml { get; init; }

    /// <summary>When it was given.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>Whether the answer is being made.</summary>
    public bool IsPending { get; init; }

    /// <summary>Why there will be no answer, or null.</summary>
    public string? FailureCode { get; init; }

    /// <summary>When it is worth asking again, where that is known.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>A history as exchanges, oldest first. A question that failed and was asked again stands there once.</summary>
    internal static IReadOnlyList<Exchange> ListOf(IReadOnlyList<ChatHistoryMessage> history)
    {
        var exchanges = new List<Exchange>();
        foreach (var message in history)
        {
            if (message.Role == ChatHistoryMessage.UserRole)
                exchanges.Add(Asked(message));
            else if (message.Role == ChatHistoryMessage.AssistantRole && exchanges.FindLastIndex(exchange => exchange.MessageId == (message.MessageId ?? "")) is >= 0 and var at)
                exchanges[at] = exchanges[at] with { Answer = message.Content, AnswerHtml = message.ContentHtml, AnsweredAt = message.CreatedAt, IsPending = false };
        }

        return [.. exchanges.Where((exchange, at) => exchange.FailureCode is null || exchanges.Skip(at + 1).All(later => later.Question != exchange.Question))];
    }

    /// <summary>Names the type only: a conversation does not belong in a log.</summary>
    public override string ToString() => $"{nameof(Exchange)} {MessageId}";

    private static Exchange Asked(ChatHistoryMessage message) => new()
    {
        MessageId = message.MessageId ?? "",
        Question = message.Content,
        AskedAt = message.CreatedAt,
        IsPending = message.Status == ChatHistoryMessage.PendingStatus,
        FailureCode = message.Status == ChatHistoryMessage.FailedStatus ? message.Code ?? ChatErrorCodes.InternalError : null,
    };
}
