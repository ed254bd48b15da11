namespace Chat.Client;

/// <summary>
/// One event of a reply that is read as it is made: a <see cref="ChatStarted"/> first, then any number of <see cref="ChatDelta"/>,
/// <see cref="ChatHtmlBlock"/> and <see cref="ChatHtmlDraft"/>, and a <see cref="ChatCompleted"/> last. A failure is thrown.
/// </summary>
public abstract record ChatStreamEvent
{
    private protected ChatStreamEvent()
    {
    }

    /// <summary>Names the type only: a conversation does not belong in a log.</summary>
    public override string ToString() => GetType().Name;
}

/// <summary>The message was taken; its reply will be made, stored and charged, whether or not anybody stays to read it.</summary>
/// <param name="MessageId">The service's name for this turn: with it the reply can be joined again, stopped and rated.</param>
/// <param name="SessionId">The conversation that the message belongs to.</param>
public sealed record ChatStarted(string MessageId, string SessionId) : ChatStreamEvent
{
    /// <summary>True when the message had been answered before under the same idempotency key: this is that answer.</summary>
    public bool Replayed { get; init; }

    /// <summary>The service's name for this request (<c>X-Request-ID</c>): what to quote to those who run it.</summary>
    public string? RequestId { get; init; }

    /// <summary>Where the channel stands against its limits, or null when the answer did not say.</summary>
    public RateLimitStatus? RateLimit { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{nameof(ChatStarted)} {MessageId}";
}

/// <summary>The reply goes on.</summary>
/// <param name="Text">The next piece of its Markdown. Never put it into a page as HTML.</param>
public sealed record ChatDelta(string Text) : ChatStreamEvent
{
    /// <inheritdoc />
    public override string ToString() => nameof(ChatDelta);
}

/// <summary>A piece of the reply's HTML that will not change: append it to the page. All of them together are <see cref="ChatReply.ReplyHtml"/>.</summary>
/// <param name="Html">
/// HTML that the service has made safe. It may leave an element open that a later piece closes, as between the rows of a table.
/// </param>
public sealed record ChatHtmlBlock(string Html) : ChatStreamEvent
{
    /// <inheritdoc />
    public override string ToString() => nameof(ChatHtmlBlock);
}

/// <summary>What was said since the last block: show it in the place of the last draft, and take it away with the next block.</summary>
/// <param name="Html">HTML that the service has made safe, with every element closed.</param>
/// <param name="Context">
/// Where it belongs: <c>block</c>, or within what the blocks so far have left open: <c>preformatted</c>, <c>table_body</c>, <c>list</c>. Text and
/// not an enum, so that one added later is no error here.
/// </param>
public sealed record ChatHtmlDraft(string Html, string Context) : ChatStreamEvent
{
    /// <inheritdoc />
    public override string ToString() => nameof(ChatHtmlDraft);
}

/// <summary>The reply is whole, stored and charged. Nothing comes after it.</summary>
/// <param name="Reply">The same as a call without a stream gives.</param>
public sealed record ChatCompleted(ChatReply Reply) : ChatStreamEvent
{
    /// <inheritdoc />
    public override string ToString() => nameof(ChatCompleted);
}
