using Chat.Server.Rendering;

namespace Chat.Server.Conversations;

/// <summary>What is new of a turn's HTML for one reader.</summary>
/// <param name="Blocks">Pieces that will not change, in order.</param>
/// <param name="Draft">What was said since the last of them; null where the reader has it, or there is nothing to show.</param>
/// <param name="DraftNumber">The number of the latest draft.</param>
/// <param name="NextDraft">How long until there may be another although nothing more is said; null: not before that.</param>
internal sealed record NewHtml(IReadOnlyList<string> Blocks, DraftHtml? Draft, int DraftNumber, TimeSpan? NextDraft);

/// <summary>
/// A turn's HTML as it grows: one rendering for all its readers, and none where nobody wants it. Whoever reads first after the turn
/// went on does the work, so the turn itself never waits for it. Blocks are kept, drafts replace each other: a reader that is
/// slow sees fewer of them, and memory holds the reply's HTML once.
/// </summary>
internal sealed class TurnRendering(RunningTurn turn, TimeProvider time)
{
    // A draft costs as much as rendering what is open: often while that is short, and else a few times a second.
    private const double WorthwhileGrowth = 1.15;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly IncrementalMarkdown _markdown = new();
    private readonly List<string> _blocks = [];
    private int _rendered;
    private bool _isComplete;
    private DraftHtml? _draft;
    private int _draftNumber;
    private int _draftedLength;
    private long _draftedAt = time.GetTimestamp();
    private bool _hasGrown;

    /// <summary>What is new since the first <paramref name="blocks"/> blocks and the draft of this number.</summary>
    public NewHtml After(int blocks, int draftNumber)
    {
        lock (_gate)
        {
            Advance();
            return new NewHtml(
                blocks == _blocks.Count ? [] : _blocks[blocks..],
                draftNumber == _draftNumber ? null : _draft,
                _draftNumber,
                _hasGrown ? Max(LongestWait - time.GetElapsedTime(_draftedAt), TimeSpan.Zero) : null);
        }
    }

    private void Advance()
    {
        if (_isComplete)
            return;
        // Looked at first: what was said before the end is then among the pieces.
        var isOver = turn.Ending.IsCompleted;
        if (isOver && _rendered == 0)
            TakeWhole();
        else
            TakePieces();
        if (isOver)
            Complete();
        else if (_hasGrown)
            Draft();
    }

    // Whoever comes when all is said needs no second rendering of it.
    private void TakeWhole()
    {
        if (turn.Ending.Result.Succeeded(out var reply, out _))
            Release(reply.Html.Length == 0 ? [] : [reply.Html]);
        _isComplete = true;
    }

    private void TakePieces()
    {
        var pieces = turn.PiecesAfter(_rendered);
        foreach (var piece in pieces)
            _markdown.Append(piece);
        _rendered += pieces.Count;
        _hasGrown |= pieces.Count > 0;
        Release(_markdown.TakeFinal());
    }

    // What failed has no reply, and so no rest of one.
    private void Complete()
    {
        if (!_isComplete && turn.Ending.Result.Succeeded(out _, out _))
            Release(_markdown.Complete());
        (_isComplete, _hasGrown, _draft) = (true, false, null);
    }

    private void Release(IReadOnlyList<string> blocks)
    {
        if (blocks.Count == 0)
            return;
        _blocks.AddRange(blocks);
        (_draft, _draftedLength) = (null, 0);
    }

    private void Draft()
    {
        var length = _markdown.OpenLength;
        if (length < _draftedLength * WorthwhileGrowth && time.GetElapsedTime(_draftedAt) < LongestWait)
            return;
        (_hasGrown, _draftedLength, _draftedAt) = (false, length, time.GetTimestamp());
        var draft = _markdown.Draft();
        if (draft == _draft || (_draft is null && draft.Html.Length == 0))
            return;
        _draft = draft;
        _draftNumber++;
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
