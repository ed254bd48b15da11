using Chat.Server.Errors;
using Chat.Server.Http;

namespace Chat.Server.Administration.Exporting;

/// <summary>The export of a channel over HTTP.</summary>
internal static class ExportRoutes
{
    /// <summary>Maps the operation.</summary>
    /// <param name="channels">The group of <c>/admin/v1/channels</c>.</param>
    public static void MapExport(this RouteGroupBuilder channels) => channels.MapGet("/{id:guid}/export", ExportAsync)
        .WithMetadata(new OperationId("exportChannel"))
        .WithSummary("Export a channel")
        .WithDescription("""
            Everything that is kept of the channel as JSON lines, each an object whose `type` says what it is: first the `channel`, then `grant`,
            `usage`, `feedback`, `unanswered`, `alert`, `thread` and `message` lines, each kind oldest first, and `end` last. An answer that lacks
            the line `end` was cut short: ask again. All lines are of one instant, that of the request. There is no key and no secret in it, and
            no session that has expired. It is sent as it is read, however long it is.
            """)
        .Produces<ExportLine>(StatusCodes.Status200OK, ChannelExport.MediaType)
        .Fails(ChatError.NotFound);

    private static async Task<IResult> ExportAsync(HttpContext context, Guid id, ChannelExport export, CancellationToken cancellationToken)
    {
        var found = await export.WriteAsync(
            id,
            () =>
            {
                context.Response.ContentType = ChannelExport.MediaType;
                context.Response.Headers.ContentDisposition = $"attachment; filename=\"channel-{id:D}.jsonl\"";
                return context.Response.BodyWriter;
            },
            cancellationToken);
        return found ? TypedResults.Empty : new ErrorResult(ChatError.NotFound);
    }
}
