using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using FluentValidation;

namespace Chat.Server.WidgetHost.Backend;

/// <summary>
/// <c>POST /chat</c> from within: the same checks in the same order, and then the same operation, which is what counts, reserves, asks and charges.
/// A refusal is counted for the owner's report as any other.
/// </summary>
internal sealed class EmbeddedSending(
    SendMessage send, ChannelDirectory channels, WindowWatch windows, UsageObserver observer, IValidator<SendMessageRequest> validator, TimeProvider time)
{
    public async Task<Result<TakenMessage>> HandleAsync(Channel channel, SendMessageRequest message, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey is null ? null : IdempotencyKey.Of(idempotencyKey, message);
        var taken = await TakeAsync(channel, message, key, cancellationToken);
        // A new key on another instance: the channel is the same, and this embed knows it by its public id.
        if (taken.Error == ChatError.InvalidApiKey)
        {
            channels.Forget(channel);
            if (await channels.FindByPublicIdAsync(channel.PublicId, cancellationToken) is { } renewed)
                taken = await TakeAsync(renewed, message, key, cancellationToken);
        }

        if (taken.Error is { Status: < StatusCodes.Status500InternalServerError } refusal)
            observer.Refused(channel, refusal.Code);
        return taken;
    }

    private async Task<Result<TakenMessage>> TakeAsync(Channel channel, SendMessageRequest message, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!channel.IsActiveAt(now))
            return ChatError.SiteInactive;
        if (windows.FullUntil(channel) is { } end)
            return ChatError.RateLimitExceeded(end - now);
        return validator.Validate(message) is { IsValid: false } verdict
            ? verdict.ToError()
            : await send.HandleAsync(channel, message, key, streamed: true, cancellationToken);
    }
}
