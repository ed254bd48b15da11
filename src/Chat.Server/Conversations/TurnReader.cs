using System.Runtime.CompilerServices;
using Chat.Server.Rendering;

namespace Chat.Server.Conversations;

/// <summary>What a reader of a turn had not read yet.</summary>
/// <param name="Pieces">What was said, piece by piece.</param>
/// <param name="Blocks">HTML that will not change, in order; none where the reader wants none.</param>
/// <param name="Draft">The HTML of what was said since the last block; null where the reader has it, or there is nothing to show.</param>
/// <param name="NextDraft">How long until there may be another although nothing more is said; null: not before that.</param>
/// <param name="IsOver">Whether there will be nothing more.</param>
internal readonly record struct TurnNews(IReadOnlyList<string> Pieces, IReadOnlyList<string> Blocks, DraftHtml? Draft, TimeSpan? NextDraft, bool IsOver);

/// <summary>One reader of a turn, from its beginning: it knows how far it has read.</summary>
/// <param name="turn">The turn.</param>
/// <param name="html">Whether it reads the HTML too.</param>
/// <param name="time">The clock of the drafts.</param>
internal sealed class TurnReader(RunningTurn turn, bool html, TimeProvider time)
{
    private static readonly NewHtml NoHtml = new([], null, 0, null);

    private int _pieces;
    private int _blocks;
    private int _drafts;

    /// <summary>What is new since the last call.</summary>
    public TurnNews Read()
    {
        // Looked at first: what was said before the end is then seen after it.
        var isOver = turn.Ending.IsCompleted;
        var pieces = turn.PiecesAfter(_pieces);
        var news = html ? turn.Rendering(time).After(_blocks, _drafts) : NoHtml;
        (_pieces, _blocks, _drafts) = (_pieces + pieces.Count, _blocks + news.Blocks.Count, news.DraftNumber);
        return new TurnNews(pieces, news.Blocks, news.Draft, news.NextDraft, isOver);
    }

    /// <summary>Waits until more was said or the turn is over, and says whether it was so within this time.</summary>
    /// <exception cref="OperationCanceledException">The reader has left.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> HasMoreWithinAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var change = turn.ChangeAfter(_pieces);
        await change.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return change.IsCompleted;
    }
}
