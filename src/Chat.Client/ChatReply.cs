namespace Chat.Client;

/// <summary>The answer to a message. It is stored, and charged, by the time it is here.</summary>
public sealed record ChatReply
{
    /// <summary>The model's Markdown, untouched. Never put it into a page as HTML: that is what <see cref="ReplyHtml"/> is for.</summary>
    public required string Reply { get; init; }

    /// <summary>The reply as HTML that the service has made safe: it can be put into a page as it is.</summary>
    public required string ReplyHtml { get; init; }

    /// <summary>The conversation that the message belongs to.</summary>
    public required string SessionId { get; init; }

    /// <summary>The service's name for this turn of the conversation.</summary>
    public required string MessageId { get; init; }

    /// <summary>What the answer took.</summary>
    public required ChatUsage Usage { get; init; }

    /// <summary>
    /// True when the message had been answered before under the same idempotency key: this is that answer, and nothing was
    /// charged again.
    /// </summary>
    public bool Replayed { get; init; }

    /// <summary>The service's name for this request (<c>X-Request-ID</c>): what to quote to those who run it.</summary>
    public string? RequestId { get; init; }

    /// <summary>Where the channel stands against its limits, or null when the answer did not say.</summary>
    public RateLimitStatus? RateLimit { get; init; }

    /// <summary>Names the turn only: a conversation does not belong in a log.</summary>
    public override string ToString() => $"{nameof(ChatReply)} {MessageId}";
}

/// <summary>What one answer took.</summary>
/// <param name="PromptTokens">Tokens that the model read.</param>
/// <param name="CompletionTokens">Tokens that the model wrote.</param>
/// <param name="TotalTokens">Both together.</param>
/// <param name="Credits">What was charged to the channel. One credit is 1,000 tokens times the model's rate; to a millionth.</param>
public sealed record ChatUsage(long PromptTokens, long CompletionTokens, long TotalTokens, decimal Credits);
