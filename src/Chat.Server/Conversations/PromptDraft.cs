using Chat.Server.Quotas;

namespace Chat.Server.Conversations;

/// <summary>A prompt in the making: the conversation's turns are put in from the latest back, until one does not fit. The oldest are dropped.</summary>
/// <param name="frame">The rest of it.</param>
public sealed class PromptDraft(PromptFrame frame)
{
    private readonly List<Turn> _latest = [];
    private int _room = frame.Room;

    /// <summary>Puts in the turn before those that are in; false where it does not fit, and none before it is to be put in.</summary>
    public bool TryAdd(Turn turn)
    {
        // Stopped before anything was said, it is no exchange: it stands in the history alone.
        if (turn.Reply is not { Length: > 0 } reply)
            return true;
        var tokens = TokenEstimate.OfMessage(turn.Message) + TokenEstimate.OfMessage(reply);
        if (tokens > _room)
            return false;
        _room -= tokens;
        _latest.Add(turn);
        return true;
    }

    /// <summary>The prompt as far as it has come.</summary>
    public Prompt ToPrompt() => frame.With(Enumerable.Reverse(_latest), _room);
}
