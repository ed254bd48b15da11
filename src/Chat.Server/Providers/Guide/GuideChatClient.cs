using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.Guide;

/// <summary>
/// The provider that needs no network: it answers with the section of the channel's knowledge that the question is about, word for
/// word, and says where it is from; or that it does not know. The same question gets the same answer. It needs a
/// <see cref="GuidedOptions"/>; without them it has nothing to answer from, and says so. Safe for any number of threads.
/// </summary>
public sealed class GuideChatClient : IChatClient
{
    /// <summary>The model id under which the guide answers.</summary>
    public const string ModelId = "guide";

    private const int CharactersPerToken = 4;

    private readonly ChatClientMetadata _metadata = new(ModelId, providerUri: null, ModelId);
    private readonly KnowledgeIndexCache _indexes = new();

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <summary>
    /// The reply paragraph by paragraph; the last update has the finish reason and the usage, estimated at four characters a token.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ChatMessage[] all = [.. messages];
        var reply = Reply(all, options, cancellationToken);
        foreach (var piece in Pieces(reply))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece) { ModelId = ModelId };
            // A reader that never waits would otherwise see the whole answer as one write.
            await Task.Yield();
        }

        var (asked, answered) = (TokensIn(all.Sum(message => (long)message.Text.Length)), TokensIn(reply.Length));
        yield return new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            ModelId = ModelId,
            FinishReason = ChatFinishReason.Stop,
            Contents = [new UsageContent(new() { InputTokenCount = asked, OutputTokenCount = answered, TotalTokenCount = asked + answered })],
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return serviceType == typeof(ChatClientMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Gives back the memory of the indexes; an answer being made is finished.</summary>
    public void Dispose() => _indexes.Dispose();

    private string Reply(ChatMessage[] messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var guided = options as GuidedOptions;
        if (string.IsNullOrWhiteSpace(guided?.Knowledge))
            return GuideReplies.NothingToAnswerFrom(guided?.Contact);

        using var lease = _indexes.Rent(guided.Knowledge);
        var question = GuideQuestion.Read(messages);
        if (SmallTalkReader.Read([.. Words.Of(question.Text)]) is var kind and not SmallTalk.None)
            return GuideReplies.ToSmallTalk(kind, lease.Index);
        var matches = question.FindIn(lease.Index, cancellationToken);
        return matches.Count > 0 ? GuideReplies.Answer(matches) : GuideReplies.Unknown(lease.Index, guided.Contact);
    }

    private static IEnumerable<string> Pieces(string reply)
    {
        var isFirst = true;
        foreach (var block in SectionParts.Blocks(reply))
        {
            yield return isFirst ? block : "\n\n" + block;
            isFirst = false;
        }
    }

    private static long TokensIn(long characters) => (characters + CharactersPerToken - 1) / CharactersPerToken;
}
