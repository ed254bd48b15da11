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
        var reader = new TurnReader(turn, html, time);
        for (var news = reader.Read(); ; news = reader.Read())
        {
            foreach (var piece in news.Pieces)
                await events.AddAsync("delta", new TurnDelta { Text = piece });
            foreach (var block in news.Blocks)
                await events.AddAsync("html", new TurnHtml { Block = block });
            if (news.Draft is { } draft)
                await events.AddAsync("html", new TurnHtml { Draft = draft.Html, Context = draft.Context });
            if (news.IsOver)
                return;
            await events.FlushAsync();
            // A draft is shorter in coming than a sign of life.
            while (!await reader.HasMoreWithinAsync(news.NextDraft ?? Heartbeat, cancellationToken) && news.NextDraft is null)
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
