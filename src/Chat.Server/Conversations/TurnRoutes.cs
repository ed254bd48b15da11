using System.ComponentModel;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace Chat.Server.Conversations;

/// <summary>The part of the widget surface that is about one turn: <c>/chat/{message_id}</c>.</summary>
internal static class TurnRoutes
{
    private const string HtmlDescription = "`true`: the events also carry the reply as HTML, as with `stream_html` of `POST /chat`.";

    /// <summary>Adds the operations.</summary>
    public static IServiceCollection AddTurns(this IServiceCollection services)
    {
        services.AddSingleton<TurnStore>();
        services.AddSingleton<RunningTurns>();
        services.AddSingleton<ModelCall>();
        services.AddSingleton<ReadTurn>();
        services.AddSingleton<StopTurn>();
        services.AddSingleton<IValidator<FeedbackRequest>, FeedbackValidator>();
        services.AddSingleton<RateTurn>();
        return services;
    }

    /// <summary>Maps them into the surface's group.</summary>
    public static void MapTurns(this RouteGroupBuilder surface)
    {
        var turn = surface.MapGroup("/chat/{message_id:guid}").ShedReadFloods().Fails(ChatError.NotFound, ChatError.RateLimitExceeded(TimeSpan.FromSeconds(20)));

        turn.MapGet("", ReadAsync)
            .WithMetadata(new OperationId("readTurn"), new Streams())
            .WithSummary("Read a turn")
            .WithDescription("""
                What has become of a message: `pending`, `done` with the whole answer, or `failed` with the error that its caller was given. A turn of a session
                that has expired or was forgotten is not found.

                With `Accept: text/event-stream` the reply is joined: events as of `POST /chat`, from the reply's beginning, then as it goes on. An instance that
                does not make the reply itself waits for it and sends it whole; one that has ended is sent whole at once. Any number of readers may join, and
                come back after a break.
                """)
            .Produces<TurnResponse>();

        turn.MapPost("/stop", StopAsync)
            .WithMetadata(new OperationId("stopTurn"))
            .WithSummary("Stop a reply")
            .WithDescription("""
                Ends the reply where it is, within about a second, whichever instance makes it. What has been said so far becomes the reply: it is stored, and
                charged as any other. Stopped before anything was said, it is the empty reply: the prompt is charged, the history has the visitor's message alone,
                and later prompts have neither. A turn that is over stays as it is; that is 204 too.
                """)
            .Produces(StatusCodes.Status204NoContent);

        turn.MapPost("/feedback", RateAsync)
            .WithMetadata(new OperationId("rateTurn"))
            .WithSummary("Rate a reply")
            .WithDescription("""
                Keeps what the visitor thought of a reply, for the website's owner, who sees it with the turn's charge. A second rating takes the place of the
                first. A reply that is still being made is 409; a turn that failed has none, which is 422.
                """)
            .Produces(StatusCodes.Status204NoContent)
            .Fails(
                ChatError.MalformedJson,
                ChatError.RequestInProgress(TimeSpan.FromSeconds(1)),
                ChatError.RequestTooLarge,
                ChatError.UnsupportedMediaType,
                ChatError.InvalidRequest("rating", "Must be 1 or -1."));
    }

    private static async Task<IResult> ReadAsync(
        HttpContext context,
        [FromRoute(Name = "message_id")] Guid messageId,
        [FromQuery(Name = "stream_html"), Description(HtmlDescription)] string? streamHtml,
        ReadTurn operation,
        CancellationToken cancellationToken) =>
        EventStream.IsAcceptedBy(context.Request)
            ? (await operation.JoinAsync(context.Channel(), messageId, cancellationToken)).ToHttp(turn => new TurnStream(turn, streamHtml == "true"))
            : (await operation.HandleAsync(context.Channel(), messageId, cancellationToken)).ToHttp(JsonAnswer.Ok);

    private static async Task<IResult> StopAsync(
        HttpContext context, [FromRoute(Name = "message_id")] Guid messageId, StopTurn operation, CancellationToken cancellationToken) =>
        NoContent(await operation.HandleAsync(context.Channel(), messageId, cancellationToken));

    private static async Task<IResult> RateAsync(
        HttpContext context,
        [FromRoute(Name = "message_id")] Guid messageId,
        Body<FeedbackRequest> body,
        RateTurn operation,
        CancellationToken cancellationToken) =>
        NoContent(await operation.HandleAsync(context.Channel(), messageId, body.Value, cancellationToken));

    private static IResult NoContent(ChatError? refusal) => refusal is null ? TypedResults.NoContent() : new ErrorResult(refusal);
}
