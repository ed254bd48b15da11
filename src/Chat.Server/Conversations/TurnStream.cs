using Chat.Server.Http;

namespace Chat.Server.Conversations;

/// <summary>
/// Sends a turn to one reader as events: `start`, a `delta` for each piece from the first on, the HTML where the reader wants it, then
/// `done` or `error`. The reader may leave at any time; nobody hears of it, and the turn goes on.
/// </summary>
internal sealed class TurnStream(RunningTurn turn, bool html) : IResult
{
    // Proxies close what is silent for a minute, some for half of that.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private int _pieces;
    private int _blocks;
    private int _drafts;

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        try
        {
            var time = httpContext.RequestServices.GetRequiredService<TimeProvider>();
            var events = await EventStream.OpenAsync(httpContext);
            await events.AddAsync("start", new TurnStarted { MessageId = turn.MessageId, SessionId = turn.SessionId });
            await SayAsync(events, time, httpContext.RequestAborted);
            await EndAsync(events);
        }
        catch (Exception) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The reader has left.
        }
    }

    private async Task SayAsync(EventStream events, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Looked at first: what was said before the end is then seen after it.
            var isOver = turn.Ending.IsCompleted;
            foreach (var piece in turn.PiecesAfter(_pieces))
            {
                await events.AddAsync("delta", new TurnDelta { Text = piece });
                _pieces++;
            }

            var nextDraft = html ? await RenderAsync(events, time) : null;
            if (isOver)
                return;
            await events.FlushAsync();
            await WaitAsync(events, nextDraft, time, cancellationToken);
        }
    }

    private async Task<TimeSpan?> RenderAsync(EventStream events, TimeProvider time)
    {
        var news = turn.Rendering(time).After(_blocks, _drafts);
        foreach (var block in news.Blocks)
            await events.AddAsync("html", new TurnHtml { Block = block });
        if (news.Draft is { } draft)
            await events.AddAsync("html", new TurnHtml { Draft = draft.Html, Context = draft.Context });
        (_blocks, _drafts) = (_blocks + news.Blocks.Count, news.DraftNumber);
        return news.NextDraft;
    }

    /// <summary>Until the turn goes on or a draft is due; where that takes long, with a comment now and then.</summary>
    private async Task WaitAsync(EventStream events, TimeSpan? nextDraft, TimeProvider time, CancellationToken cancellationToken)
    {
        var change = turn.ChangeAfter(_pieces);
        while (true)
        {
            await change.WaitAsync(nextDraft ?? Heartbeat, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (change.IsCompleted || nextDraft is not null)
                return;
            await events.CommentAsync("waiting");
        }
    }

    private async Task EndAsync(EventStream events)
    {
        if ((await turn.Ending).Succeeded(out var reply, out var error))
            await events.AddAsync("done", SendMessageResponse.Of(turn, reply));
        else
            await events.AddAsync("error", ErrorWriter.Flat(error));
        await events.FlushAsync();
    }
}
