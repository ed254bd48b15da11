using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Chat.Client;

/// <summary>
/// Reads the events of one answer. Disposing hangs up. Events that are not known are passed over, because the contract grows; an
/// answer that ends before it is done is a connection that failed.
/// </summary>
internal sealed class ChatEventReader : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _callersToken;
    private readonly StreamLimits _limits;
    private readonly WatchedStream _body;
    private readonly IAsyncEnumerator<SseItem<string>> _items;
    private ChatAnswer _answer;

    /// <summary>Begins to read.</summary>
    /// <param name="response">The answer, with its body; belongs to the reader from here on.</param>
    /// <param name="body">The body.</param>
    /// <param name="answer">What is known of it.</param>
    /// <param name="limits">How much is read, and how long a silence is borne.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public ChatEventReader(HttpResponseMessage response, Stream body, ChatAnswer answer, StreamLimits limits, CancellationToken cancellationToken)
    {
        (_response, _answer, _limits, _callersToken) = (response, answer, limits, cancellationToken);
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, limits.Time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _silence.Token);
        _body = new WatchedStream(body, limits.LongestAnswer, Listen);
        _items = SseParser.Create(_body).EnumerateAsync(_either.Token).GetAsyncEnumerator(_either.Token);
    }

    /// <summary>The next event that is known.</summary>
    /// <exception cref="ChatApiException">The reply failed, or its rest did not come.</exception>
    public async Task<ChatStreamEvent> NextAsync()
    {
        while (true)
        {
            if (!await MoveNextAsync().ConfigureAwait(false))
                throw _answer.Broken(ChatErrorCodes.ConnectionFailed, "The answer of the Chat service ended before it was whole");
            if (Read(_items.Current) is { } known)
                return known;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _items.DisposeAsync().ConfigureAwait(false);
        await _body.DisposeAsync().ConfigureAwait(false);
        _response.Dispose();
        _either.Dispose();
        _silence.Dispose();
    }

    private async ValueTask<bool> MoveNextAsync()
    {
        try
        {
            // Only waiting is silence: what the caller does between two events takes as long as it takes.
            Listen();
            var moved = await _items.MoveNextAsync().ConfigureAwait(false);
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
            return moved;
        }
        catch (OperationCanceledException stopped) when (_callersToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped.Message, stopped, _callersToken);
        }
        catch (OperationCanceledException late) when (_silence.IsCancellationRequested)
        {
            throw _answer.Broken(ChatErrorCodes.Timeout, "The Chat service fell silent", late);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw _body.IsTooLong
                ? _answer.TooLarge()
                : _answer.Broken(ChatErrorCodes.ConnectionFailed, "The connection to the Chat service failed", broken);
        }
    }

    private void Listen() => _silence.CancelAfter(_limits.Silence);

    private ChatStreamEvent? Read(SseItem<string> item) => item.EventType switch
    {
        "start" => Started(Parse(item, ChatWireJson.Default.StartBody)),
        "delta" => new ChatDelta(Parse(item, ChatWireJson.Default.DeltaBody).Text),
        "html" => Parse(item, ChatWireJson.Default.HtmlBody).ToEvent(),
        "done" => new ChatCompleted(Parse(item, ChatWireJson.Default.ReplyBody).ToReply(_answer.Facts)),
        "error" => throw Of(item).Error(),
        _ => null,
    };

    private ChatStarted Started(StartBody body)
    {
        _answer = _answer with { MessageId = body.MessageId };
        return new ChatStarted(body.MessageId, body.SessionId)
        {
            Replayed = _answer.Facts.Replayed,
            RequestId = _answer.Facts.RequestId,
            RateLimit = _answer.Facts.RateLimit,
        };
    }

    private T Parse<T>(SseItem<string> item, JsonTypeInfo<T> type)
        where T : class => Of(item).Read(type);

    private ChatAnswer Of(SseItem<string> item) => _answer with { Body = Encoding.UTF8.GetBytes(item.Data) };
}

/// <summary>How much of a stream is read, and how long a silence is borne.</summary>
internal sealed record StreamLimits(int LongestAnswer, TimeSpan Silence, TimeProvider Time);
