using System.Text;
using System.Text.Encodings.Web;
using Chat.Client;
using Chat.Widget.Home;
using Chat.Widget.Panel;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Chat.Widget.Transcript;

/// <summary>
/// The only document that streams: what was said, and the answer that is being made, as it is made. It finds out by itself what that is, so that a
/// reload, a second tab and another page all show the same, and nothing in its address names a message.
/// </summary>
internal sealed partial class TranscriptStream
{
    // A connection that breaks between this site and the service is made again so many times, a little later each time.
    private const int MaxBreaks = 5;

    // The stylesheet shows a sign of life that is three times this old.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly WidgetRequest _request;
    private readonly MessageDraft? _refusal;
    private readonly IReadOnlyList<FormField> _fields;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StringBuilder _page = new();

    private TranscriptStream(WidgetRequest request, MessageDraft? refusal)
    {
        (_request, _refusal) = (request, refusal);
        // Before the first byte: it may set a cookie.
        _fields = request.Home.IssueFields(request.Context, request.Visit);
        _time = request.Service<TimeProvider>();
        _logger = request.Service<ILogger<TranscriptStream>>();
    }

    private WidgetVisit Visit => _request.Visit;

    private CancellationToken Left => _request.Left;

    public static Task ShowAsync(WidgetRequest request) => ShowAsync(request, refusal: null);

    /// <summary>Shows the transcript after a question that was to be asked again was refused.</summary>
    public static async Task ShowAsync(WidgetRequest request, MessageDraft? refusal)
    {
        var stream = new TranscriptStream(request, refusal);
        try
        {
            await stream.WriteAsync();
        }
        catch (Exception) when (request.Left.IsCancellationRequested)
        {
            // The reader has left; the answer goes on without.
        }
    }

    private async Task WriteAsync()
    {
        _request.Begin();
        _request.Context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        TranscriptShell.WriteBegin(_page, Visit, _fields);
        await FlushAsync();
        var exchanges = await HistoryAsync();
        if (exchanges is not null)
            await ShowAsync(exchanges);
        TranscriptShell.WriteEnd(_page);
        await FlushAsync();
    }

    private async Task<IReadOnlyList<Exchange>?> HistoryAsync()
    {
        try
        {
            var exchanges = Visit.SessionId is { } session ? Exchange.ListOf(await Visit.Backend.GetHistoryAsync(session, Left)) : [];
            return [.. exchanges.Select(exchange => exchange.MessageId == _refusal?.FormKey ? Refused(exchange, _refusal) : exchange)];
        }
        catch (ChatApiException failure)
        {
            Log.HistoryFailed(_logger, failure.Code, failure.RequestId);
            _page.Append(await _request.RenderAsync<FailureNote>(FailureNote.Of(Visit.Settings, failure.Code, failure.RetryAfter)));
            return null;
        }
    }

    private Exchange Refused(Exchange exchange, MessageDraft refusal) =>
        exchange with { FailureCode = refusal.Code, Wait = refusal.TryAgainAt - _time.GetUtcNow() };

    private async Task ShowAsync(IReadOnlyList<Exchange> exchanges)
    {
        var rated = _request.Context.Request.Query[RateAnswer.RatedKey].ToString();
        _page.Append(await _request.RenderAsync<PastExchanges>(new()
        {
            [nameof(PastExchanges.Settings)] = Visit.Settings,
            [nameof(PastExchanges.Exchanges)] = exchanges,
            [nameof(PastExchanges.RatedId)] = rated,
            [nameof(PastExchanges.Visit)] = Visit,
        }));
        if (exchanges.LastOrDefault() is { IsPending: true } pending)
            await AnswerAsync(pending);
    }

    private async Task AnswerAsync(Exchange pending)
    {
        TranscriptShell.WriteAnswerBegin(_page, Visit, pending.MessageId);
        await FlushAsync();
        var answer = new AnswerWriter(_page);
        for (var breaks = 0; ;)
        {
            try
            {
                await FollowAsync(pending.MessageId, answer);
                TranscriptShell.WriteAnswerEnd(_page);
                _page.Append(await _request.RenderAsync<RatingButtons>(RatingButtons.Of(Visit, pending.MessageId, isRated: false)));
                return;
            }
            catch (ChatApiException failure) when (IsBreak(failure) && ++breaks <= MaxBreaks)
            {
                Log.Rejoining(_logger, pending.MessageId, failure.Code, breaks);
                await FlushAsync();
                await Task.Delay(TimeSpan.FromSeconds(breaks), _time, Left);
                answer.Restart();
            }
            catch (ChatApiException failure)
            {
                Log.AnswerFailed(_logger, pending.MessageId, failure.Code, failure.RequestId);
                answer.Abandon();
                TranscriptShell.WriteAnswerEnd(_page);
                _page.Append(await _request.RenderAsync<FailureNote>(FailureNote.Of(Visit, failure, pending.MessageId)));
                return;
            }
        }
    }

    // Not the answer's failure, but the way's to it.
    private static bool IsBreak(ChatApiException failure) =>
        failure.Code is ChatErrorCodes.ConnectionFailed or ChatErrorCodes.Timeout or ChatErrorCodes.ServiceUnavailable or ChatErrorCodes.RateLimitExceeded;

    private async Task FollowAsync(string messageId, AnswerWriter answer)
    {
        await using var events = Visit.Backend.JoinAsync(messageId, Left).GetAsyncEnumerator(Left);
        while (true)
        {
            var next = events.MoveNextAsync().AsTask();
            // Only when there is nothing more to say at once.
            if (!next.IsCompleted)
                await FlushAsync();
            while (!await HappensAsync(next))
            {
                answer.Heartbeat(HtmlEncoder.Default.Encode(Visit.Settings.Texts.Stalled));
                await FlushAsync();
            }

            if (!await next || Write(events.Current, answer))
                return;
        }
    }

    private bool Write(ChatStreamEvent happened, AnswerWriter answer)
    {
        switch (happened)
        {
            case ChatHtmlBlock block:
                answer.Block(block.Html);
                return false;
            case ChatHtmlDraft draft:
                answer.Draft(draft.Html);
                return false;
            case ChatCompleted completed:
                answer.End(completed.Reply);
                if (completed.Reply.ReplyHtml.Length == 0)
                {
                    answer.Abandon();
                    TranscriptShell.WriteStopped(_page, Visit.Settings.Texts);
                }

                return true;
            default:
                return false;
        }
    }

    private async Task<bool> HappensAsync(Task next)
    {
        await next.WaitAsync(Heartbeat, _time, Left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Left.ThrowIfCancellationRequested();
        return next.IsCompleted;
    }

    private async Task FlushAsync()
    {
        if (_page.Length > 0)
        {
            var body = _request.Context.Response.BodyWriter;
            foreach (var chunk in _page.GetChunks())
                Encoding.UTF8.GetBytes(chunk.Span, body);
            _page.Clear();
        }

        await _request.Context.Response.BodyWriter.FlushAsync(Left);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A conversation could not be read: {Code}, request {RequestId}.")]
        public static partial void HistoryFailed(ILogger logger, string code, string? requestId);

        [LoggerMessage(Level = LogLevel.Information, Message = "The connection to answer {MessageId} broke: {Code}. Joining it again, time {Breaks}.")]
        public static partial void Rejoining(ILogger logger, string messageId, string code, int breaks);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Answer {MessageId} failed: {Code}, request {RequestId}.")]
        public static partial void AnswerFailed(ILogger logger, string messageId, string code, string? requestId);
    }
}
