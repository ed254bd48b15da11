namespace Chat.Client;

/// <summary>
/// One message of a visitor. The service is the judge of the limits given here; what breaks them comes back as
/// <see cref="ChatErrorCodes.InvalidRequest"/> with <see cref="ChatApiException.Details"/>.
/// </summary>
/// <param name="Message">What the visitor asks: 1 to 2,000 characters after trimming, an emoji counted as one.</param>
/// <param name="SessionId">
/// Which conversation it belongs to: 1 to 255 characters of the caller's choice, private to the channel. Whoever knows it can read the conversation
/// through the caller, so let it be unguessable.
/// </param>
public sealed record ChatMessageRequest(string Message, string SessionId)
{
    /// <summary>What the visitor asks: 1 to 2,000 characters after trimming, an emoji counted as one.</summary>
    public string Message { get; init; } = Message ?? throw new ArgumentNullException(nameof(Message));

    /// <summary>Which conversation it belongs to: 1 to 255 characters of the caller's choice, private to the channel.</summary>
    public string SessionId { get; init; } = SessionId ?? throw new ArgumentNullException(nameof(SessionId));

    /// <summary>The page that the visitor is on, or null.</summary>
    public PageMetadata? Page { get; init; }

    /// <summary>
    /// 1 to 255 visible ASCII characters that name this message, or null for a fresh name per call. Set it where the caller itself may
    /// send the message again, after a crash for example: the same key with the same message within 24 hours gets the first
    /// answer, never a second generation or charge.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Names the type only: a visitor's words do not belong in a log.</summary>
    public override string ToString() => nameof(ChatMessageRequest);
}

/// <summary>The page that a visitor is on when asking. The model sees it as data, never as an instruction.</summary>
public sealed record PageMetadata
{
    /// <summary>The page's address: an absolute http or https URL of at most 2,048 characters, or null.</summary>
    public string? Url { get; init; }

    /// <summary>The page's title: at most 300 characters, or null.</summary>
    public string? Title { get; init; }
}
