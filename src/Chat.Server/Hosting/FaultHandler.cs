using System.Security.Cryptography;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Storage;
using Microsoft.AspNetCore.Diagnostics;

namespace Chat.Server.Hosting;

/// <summary>Turns what nobody expected into the documented failure, and logs it once with the request's id.</summary>
internal sealed partial class FaultHandler(ILogger<FaultHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var error = exception switch
        {
            ChatErrorException known => known.Error,
            _ when IsOutage(exception) => ChatError.ServiceUnavailable,
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ChatError.RequestTooLarge,
            BadHttpRequestException => ChatError.BadRequest,
            // The caller is gone: nobody reads the answer, and nothing is wrong.
            OperationCanceledException when httpContext.RequestAborted.IsCancellationRequested => null,
            _ => ChatError.InternalError,
        };
        if (error is null)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (error.Status >= StatusCodes.Status500InternalServerError)
            Log.Fault(logger, httpContext.TraceIdentifier, error.Code, exception);
        await httpContext.WriteErrorAsync(error, cancellationToken);
        return true;
    }

    // What sealing a key meets on its way to the key ring, the framework wraps in a fault of its own.
    private static bool IsOutage(Exception? fault) => fault switch
    {
        StoreUnavailableException or KeyRingLockedException => true,
        CryptographicException => IsOutage(fault.InnerException),
        _ => false,
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed: {Code}.")]
        public static partial void Fault(ILogger logger, string requestId, string code, Exception fault);
    }
}
