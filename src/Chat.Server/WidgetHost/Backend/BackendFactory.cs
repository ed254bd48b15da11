using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Widget.Backend;

namespace Chat.Server.WidgetHost.Backend;

/// <summary>The operations that a conversation needs.</summary>
internal sealed record ChatOperations(EmbeddedSending Send, ReadTurn Read, StopTurn Stop, RateTurn Rate, GetHistory History, ThreadEraser Eraser);

/// <summary>Makes the widget's way to the service, for one channel and one request. No call leaves the process.</summary>
internal sealed class BackendFactory(ChatOperations operations, TimeProvider time, ILogger<ChannelBackend> logger)
{
    public IChatBackend For(Channel channel, HttpContext context) => new ChannelBackend(channel, context.TraceIdentifier, operations, time, logger);
}
