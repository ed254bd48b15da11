using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.OpenAI;

/// <summary>Follows the events of one streamed answer and says at its end whether it is whole.</summary>
internal sealed class StreamedReply(string model, ReplyLimits limits)
{
    private ChatFinishReason? _finish;
    private string _model = model;
    private int _characters;
    private bool _hasText;

    /// <summary>Whether the upstream has said why it stopped: there is no more text to come.</summary>
    public bool IsFinished => _finish is not null;

    /// <summary>What an event adds: text, usage, or a sign of life.</summary>
    public IEnumerable<ChatResponseUpdate> Read(CompletionResponse chunk)
    {
        _model = chunk.ModelOr(_model);
        if (chunk.Usage.ToDetails() is { } usage)
            yield return Update(new UsageContent(usage));
        if (chunk.Choices is not [{ } choice, ..])
            yield break;
        _finish = choice.Finish ?? _finish;
        yield return string.IsNullOrEmpty(choice.Delta?.Content) ? Update() : Update(new TextContent(Counted(choice.Delta.Content)));
    }

    /// <summary>The last piece, which says why the answer ended; or what is wrong with it.</summary>
    public ChatResponseUpdate End()
    {
        if (_finish is null)
            throw ProviderException.Truncated();
        if (!_hasText)
            throw ProviderException.Empty();
        var end = Update();
        end.FinishReason = _finish;
        return end;
    }

    private ChatResponseUpdate Update(params AIContent[] contents) => new(ChatRole.Assistant, contents) { ModelId = _model };

    private string Counted(string text)
    {
        _hasText = true;
        _characters += text.Length;
        return _characters <= limits.Characters ? text : throw ProviderException.TooLarge();
    }
}
