using Chat.Server.Errors;

namespace Chat.Server.Conversations;

/// <summary>
/// A turn whose reply is being made: what has been said so far, and how it ended. The turn writes into its own buffer and
/// waits for nobody; readers come and go at any time, and each reads from the beginning at its own pace. A reader that is
/// slow, or gone, costs the turn nothing.
/// </summary>
public sealed class RunningTurn
{
    private readonly Lock _gate = new();
    private readonly List<string> _pieces = [];
    private readonly WellFormedText _text = new();
    // Who waits for the whole reply goes on where the turn ends: there is nothing left for the turn to do.
    private readonly TaskCompletionSource<Result<TurnReply>> _ending = new();
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource? _change;
    private TurnRendering? _rendering;

    /// <summary>A turn that begins.</summary>
    /// <param name="messageId">Its id.</param>
    /// <param name="sessionId">Its session, as the caller named it.</param>
    public RunningTurn(Guid messageId, string sessionId) => (MessageId, SessionId) = (messageId, sessionId);

    /// <summary>The turn's id.</summary>
    public Guid MessageId { get; }

    /// <summary>The session, as the caller named it.</summary>
    public string SessionId { get; }

    /// <summary>Ends with the reply, once it is stored and charged, or with the failure; never with an exception.</summary>
    public Task<Result<TurnReply>> Ending => _ending.Task;

    /// <summary>Cancelled when somebody asked to end the reply where it is.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>All that has been said.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
                return string.Concat(_pieces);
        }
    }

    /// <summary>A turn that has ended: its readers get the reply in one piece.</summary>
    public static RunningTurn Ended(Guid messageId, string sessionId, Result<TurnReply> ending)
    {
        var turn = new RunningTurn(messageId, sessionId);
        turn.EndWith(ending);
        return turn;
    }

    /// <summary>Adds a piece, as the upstream cut it; half a character waits for its other half.</summary>
    public void Say(string piece) => Add(_text.Next(piece));

    /// <summary>Nothing more will be said.</summary>
    public void FallSilent() => Add(_text.Rest());

    /// <summary>Asks to end the reply where it is; what has been said becomes the reply.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>The turn is over.</summary>
    public void End(Result<TurnReply> ending)
    {
        // Before the lock, as others' work may run within. Whoever asks for the next change from here on is told that there is none.
        _ending.TrySetResult(ending);
        TaskCompletionSource? change;
        lock (_gate)
            (change, _change) = (_change, null);
        change?.TrySetResult();
    }

    /// <summary>Ends a turn that was not made here: what it said is its reply.</summary>
    public void EndWith(Result<TurnReply> ending)
    {
        if (ending.Succeeded(out var reply, out _))
            Say(reply.Markdown);
        End(ending);
    }

    /// <summary>The pieces after the first <paramref name="seen"/>.</summary>
    public IReadOnlyList<string> PiecesAfter(int seen)
    {
        lock (_gate)
            return seen == _pieces.Count ? [] : _pieces[seen..];
    }

    /// <summary>Completes when there are more than <paramref name="seen"/> pieces, or the turn is over.</summary>
    public Task ChangeAfter(int seen)
    {
        lock (_gate)
        {
            return _pieces.Count > seen || _ending.Task.IsCompleted
                ? Task.CompletedTask
                : (_change ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>The reply as HTML while it is made; begun for the first reader who wants it.</summary>
    internal TurnRendering Rendering(TimeProvider time)
    {
        lock (_gate)
            return _rendering ??= new TurnRendering(this, time);
    }

    private void Add(string piece)
    {
        if (piece.Length == 0)
            return;
        TaskCompletionSource? change;
        lock (_gate)
        {
            _pieces.Add(piece);
            (change, _change) = (_change, null);
        }

        change?.TrySetResult();
    }
}
