using System.Runtime.CompilerServices;
using Chat.Server.Providers.Guide;
using Microsoft.Extensions.AI;

namespace Chat.Server.Quotas;

/// <summary>A provider behind an admission: it answers once, within the reply length that was reserved.</summary>
internal sealed class MeteredChatClient(IChatClient inner, Admission admission) : DelegatingChatClient(inner)
{
    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetResponseAsync(messages, Metered(options), cancellationToken);

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var update in base.GetStreamingResponseAsync(messages, Metered(options), cancellationToken))
            yield return update;
    }

    private GuidedOptions Metered(ChatOptions? options)
    {
        if (!admission.TryUse())
            throw new InvalidOperationException("An admission pays for one answer.");
        var settings = admission.Channel.Settings;
        return new GuidedOptions(options) { MaxOutputTokens = admission.MaxOutputTokens, Knowledge = settings.Knowledge, Contact = settings.Contact };
    }
}
