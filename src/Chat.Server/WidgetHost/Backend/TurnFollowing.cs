using System.Runtime.CompilerServices;
using Chat.Client;
using Chat.Server.Conversations;

namespace Chat.Server.WidgetHost.Backend;

/// <summary>A turn as the widget reads it: its HTML from the beginning, as it becomes certain, and its end.</summary>
internal static class TurnFollowing
{
    /// <summary>The events; the last is the whole reply.</summary>
    /// <exception cref="ChatApiException">The turn failed.</exception>
    public static async IAsyncEnumerable<ChatStreamEvent> FollowAsync(
        this RunningTurn turn, TimeProvider time, string requestId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new TurnReader(turn, html: true, time);
        for (var news = reader.Read(); ; news = reader.Read())
        {
            foreach (var block in news.Blocks)
                yield return new ChatHtmlBlock(block);
            if (news.Draft is { } draft)
                yield return new ChatHtmlDraft(draft.Html, draft.Context.ToString());
            if (news.IsOver)
                break;
            await reader.HasMoreWithinAsync(news.NextDraft ?? Timeout.InfiniteTimeSpan, cancellationToken);
        }

        var ending = await turn.Ending;
        yield return ending.Succeeded(out var reply, out var error) ? new ChatCompleted(Reply(turn, reply)) : throw Failures.Of(error, requestId);
    }

    private static ChatReply Reply(RunningTurn turn, TurnReply reply)
    {
        var usage = TurnUsage.Of(reply);
        return new ChatReply
        {
            Reply = reply.Markdown,
            ReplyHtml = reply.Html,
            SessionId = turn.SessionId,
            MessageId = turn.MessageId.ToString("D"),
            Usage = new ChatUsage(usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, usage.Credits),
        };
    }
}
