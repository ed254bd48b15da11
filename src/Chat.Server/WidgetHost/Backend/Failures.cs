using System.Net;
using Chat.Client;
using Chat.Server.Errors;
using Chat.Server.Storage;

namespace Chat.Server.WidgetHost.Backend;

/// <summary>The service's failures as those of a call to it, which is how the widget knows them.</summary>
internal static partial class Failures
{
    /// <summary>The failure as an exception.</summary>
    public static ChatApiException Of(ChatError error, string requestId) => new(error.Code, $"{error.Message}, request {requestId}.")
    {
        StatusCode = (HttpStatusCode)error.Status,
        RetryAfter = error.RetryAfter,
        RequestId = requestId,
    };

    /// <summary>What went wrong within, as what a caller over HTTP would be told of it.</summary>
    public static ChatApiException Of(Exception fault, string requestId, ILogger logger)
    {
        switch (fault)
        {
            case ChatErrorException known:
                return Of(known.Error, requestId);
            case StoreUnavailableException:
                Log.StoreUnavailable(logger, requestId, fault);
                return Of(ChatError.ServiceUnavailable, requestId);
            default:
                Log.Fault(logger, requestId, fault);
                return Of(ChatError.InternalError, requestId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} of the hosted chat failed: the store is out of reach.")]
        public static partial void StoreUnavailable(ILogger logger, string requestId, Exception fault);

        [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} of the hosted chat failed by a fault of the service.")]
        public static partial void Fault(ILogger logger, string requestId, Exception fault);
    }
}
