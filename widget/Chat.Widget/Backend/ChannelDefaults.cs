using Chat.Client;
using Microsoft.Extensions.Logging;

namespace Chat.Widget.Backend;

/// <summary>
/// What the channel's owner has set, kept for a minute. A panel never fails for want of it: with the service out of reach it goes on with
/// what was known, or without, and asks again after a few seconds.
/// </summary>
internal sealed partial class ChannelDefaults(IChatBackend backend, TimeProvider time, ILogger<ChannelDefaults> logger)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AskedAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile Known _known = new(null, DateTimeOffset.MinValue);

    /// <summary>The settings, or null where they were never known. Takes two seconds at most.</summary>
    public async Task<ChatChannel?> FindAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < _known.Until)
            return _known.Channel;
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            _known = new Known(await backend.GetChannelAsync(either.Token), time.GetUtcNow() + Kept);
        }
        catch (Exception fault) when (fault is ChatApiException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Log.Unknown(logger, (fault as ChatApiException)?.Code ?? ChatErrorCodes.Timeout);
            _known = _known with { Until = time.GetUtcNow() + AskedAgain };
        }

        return _known.Channel;
    }

    private sealed record Known(ChatChannel? Channel, DateTimeOffset Until);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The Chat service did not tell what the channel's owner has set: {Code}. The chat goes on with the site's own texts.")]
        public static partial void Unknown(ILogger logger, string code);
    }
}
