using System.Buffers;
using Chat.Server.Http;

namespace Chat.Server.Hosting;

/// <summary>
/// A caller who is refused while it still sends hears the answer: the rest of its body is taken in and thrown away, up to the server's
/// limit, and as slowly as the server's least rate allows. The server itself does that for five seconds by the clock, then resets the
/// connection, and with it goes an answer that was not read yet.
/// </summary>
internal static class RefusedUploads
{
    private const int Piece = 64 * 1024;

    public static void UseRefusedUploads(this IApplicationBuilder app) => app.Use(static (context, next) => IsUpload(context.Request) ? AnswerAsync(context, next) : next(context));

    // What is smaller has been sent before the answer is made. Over HTTP/2 a stream is refused without its connection.
    private static bool IsUpload(HttpRequest request) =>
        (request.ContentLength > BodyLimit.Default.MaxBytes || request.Headers.TransferEncoding.Count > 0) && HttpProtocol.IsHttp11(request.Protocol);

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.StatusCode < StatusCodes.Status400BadRequest)
            return;
        var piece = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            await context.Response.CompleteAsync();
            while (await context.Request.Body.ReadAsync(piece, context.RequestAborted) > 0)
            {
                // Nobody has a use for it.
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // Gone, too slow, or larger still: it was answered.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece, clearArray: true);
        }
    }
}
