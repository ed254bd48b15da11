using System.IO.Pipelines;
using Chat.Server.Http;

namespace Chat.Server.Hosting;

/// <summary>
/// A caller who is refused while it still sends hears the answer: the rest of its body is taken in and thrown away, up to the server's
/// limit, for a minute. The server itself does that for five seconds by the clock, then resets the connection, and with it goes an
/// answer that was not read yet.
/// </summary>
internal static class RefusedUploads
{
    // Room for 32 MiB at half a megabyte a second. Whoever means to hold a connection open gets no more than an idle one has.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static void UseRefusedUploads(this IApplicationBuilder app) => app.Use(static (context, next) => IsUpload(context.Request) ? AnswerAsync(context, next) : next(context));

    // What is smaller has been sent before the answer is made. Over HTTP/2 a stream is refused without its connection.
    private static bool IsUpload(HttpRequest request) =>
        (request.ContentLength > BodyLimit.Default.MaxBytes || request.Headers.TransferEncoding.Count > 0) && HttpProtocol.IsHttp11(request.Protocol);

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.StatusCode < StatusCodes.Status400BadRequest)
            return;
        using var limit = new CancellationTokenSource(Longest, context.RequestServices.GetRequiredService<TimeProvider>());
        try
        {
            await context.Response.CompleteAsync();
            await TakeInAsync(context.Request.BodyReader, limit.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
        catch (IOException)
        {
            // Gone, slower than the server's least rate, or larger still: it was answered.
        }
    }

    // From the server's own memory: a caller who sends slowly holds none of ours.
    private static async Task TakeInAsync(PipeReader body, CancellationToken cancellationToken)
    {
        ReadResult read;
        do
        {
            read = await body.ReadAsync(cancellationToken);
            body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }
}
