using System.ComponentModel;
using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Chat.Server.Settings;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Chat.Server.Conversations;

/// <summary>The widget surface: <c>/chat</c> and <c>/history</c>, and the same below <c>/api</c>.</summary>
public static class ConversationsModule
{
    /// <summary>Adds what conversations need.</summary>
    public static IServiceCollection AddConversations(this IServiceCollection services)
    {
        services.AddOptions<ConversationOptions>().BindSettings("Sessions");
        services.AddSingleton<IValidateOptions<ConversationOptions>, ConversationOptionsValidator>();
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ConversationsJson.Default));
        services.AddOptions<AuditOptions>().Configure<IOptions<ConversationOptions>>((audit, own) => audit.SweepGrace = own.Value.SweepInterval * 2);
        services.AddSingleton<ConversationStore>();
        services.AddSingleton<ThreadEraser>();
        services.AddSingleton<ChannelEraser>();
        services.AddSingleton<TurnSettlement>();
        services.AddSingleton<TurnRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<TurnRunner>());
        services.AddHostedService<Janitor>();
        services.AddSingleton<AbandonedTurns>();
        services.AddSingleton<TurnAdmission>();
        services.AddSingleton<IValidator<SendMessageRequest>, SendMessageValidator>();
        services.AddSingleton<SendMessage>();
        services.AddSingleton<RenderedTexts>();
        services.AddSingleton<IValidator<HistoryQuery>, HistoryQueryValidator>();
        services.AddSingleton<GetHistory>();
        services.AddTurns();
        return services;
    }

    /// <summary>Maps the surface twice: clients of the documented API send to <c>/api</c>.</summary>
    public static void MapConversations(this IEndpointRouteBuilder routes)
    {
        MapSurface(routes.MapGroup("").WithTags("Chat"));
        MapSurface(routes.MapGroup("/api").ExcludeFromDescription());
    }

    private static void MapSurface(RouteGroupBuilder group)
    {
        group.RequireChannel().AddBodyFilter().Fails(
            ChatError.MissingApiKey, ChatError.InvalidApiKey, ChatError.SiteInactive, ChatError.InternalError, ChatError.ServiceUnavailable);

        group.MapPost("/chat", SendAsync).ShedFloods().CountRefusals()
            .WithMetadata(
                new OperationId("sendMessage"),
                new Streams(),
                new RequestHeader(IdempotencyHeader.Name, "The caller's name for this request: its retry gets the first answer again. Bare or in quotes.", IdempotencyHeader.MaxLength))
            .WithSummary("Send a message")
            .WithDescription("""
                Answers a visitor's message in its session and stores both. The session begins with its first message and ends 24 hours after its last.
                A request that is refused costs nothing; a reply that was begun is finished, stored and charged even when the caller hangs up.

                With `Idempotency-Key: <1 to 255 visible ASCII characters>`, a retry of the same body within 24 hours gets the first answer again, with
                `Idempotency-Replayed: true`, and is never charged again. While the first is running it is 409; with another body, 422. An answer that
                failed is not kept: the retry runs.

                With `"stream": true`, or `Accept: text/event-stream`, the answer is server-sent events, once the message was taken; a refusal stays JSON with its
                status. `start` comes first, then a `delta` for each piece of the reply, at last `done` with the whole answer, stored and charged, or `error`. A
                comment comes at once and every 15 seconds of silence. A replay is one `delta`.
                With `"stream_html": true` there are also `html` events: `block`, a piece of the safe HTML that is never taken back, all of them together being
                `reply_html`; and `draft`, what was said since, to be shown until the next of either. A caller that hangs up can come back to `/chat/{message_id}`.
                """)
            .Produces<SendMessageResponse>()
            .Fails(
                ChatError.MalformedJson,
                ChatError.CreditsExhausted,
                ChatError.RequestInProgress(TimeSpan.FromSeconds(1)),
                ChatError.RequestTooLarge,
                ChatError.UnsupportedMediaType,
                ChatError.InvalidRequest("message", "Is required: 1 to 2,000 characters after trimming."),
                ChatError.RateLimitExceeded(TimeSpan.FromSeconds(20)),
                ChatError.DailyLimitExceeded(TimeSpan.FromHours(3)),
                ChatError.AiServiceError);

        group.MapTurns();

        group.MapGet("/channel", (HttpContext context) => JsonAnswer.Ok(ChannelProfile.Of(context.Channel()))).ShedReadFloods()
            .WithMetadata(new OperationId("readChannel"))
            .WithSummary("Read the channel's public settings")
            .WithDescription("What the channel's owner has set for whoever shows the chat: all of it may be shown to visitors. It changes seldom; keep it for a minute.")
            .Produces<ChannelProfile>()
            .Fails(ChatError.RateLimitExceeded(TimeSpan.FromSeconds(20)));

        group.MapGet("/history", HistoryAsync)
            .AddEndpointFilter(HistoryQuery.CheckAsync)
            .WithMetadata(new OperationId("getHistory"))
            .WithSummary("Read a session")
            .WithDescription("""
                The session's messages, oldest first. A session that is unknown, empty or expired is an empty list, never an error.

                A message and its reply share the `message_id` of their turn. The last message may be `pending`: its reply can be joined. With
                `include_failed=true`, messages whose reply failed are there too, with the `code` of the failure: what a retry needs.
                """)
            .Produces<HistoryResponse>()
            .Fails(MissingSession);

        group.MapDelete("/history", ForgetAsync)
            .AddEndpointFilter(HistoryQuery.CheckAsync)
            .WithMetadata(new OperationId("forgetHistory"))
            .WithSummary("Forget a session")
            .WithDescription("Deletes the session's messages at once. A session that is not there is forgotten already.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(MissingSession);
    }

    private static ChatError MissingSession => ChatError.InvalidRequest("session_id", "Is required: 1 to 255 characters.");

    private static async Task<IResult> SendAsync(HttpContext context, Body<SendMessageRequest> body, SendMessage operation, CancellationToken cancellationToken)
    {
        if (!IdempotencyKey.Of(context.Request, body.Value).Succeeded(out var key, out var error))
            return new ErrorResult(error);
        var streamed = body.Value.Stream == true || EventStream.IsAcceptedBy(context.Request);
        if (!(await operation.HandleAsync(context.Channel(), body.Value, key, streamed, cancellationToken)).Succeeded(out var taken, out error))
            return new ErrorResult(error);
        if (taken.Replayed)
            context.Response.Headers[IdempotencyHeader.ReplayedName] = "true";
        return streamed
            ? new TurnStream(taken.Turn, body.Value.StreamHtml == true)
            : (await taken.Turn.Ending.WaitAsync(cancellationToken)).ToHttp(reply => JsonAnswer.Ok(SendMessageResponse.Of(taken.Turn, reply)));
    }

    private static async Task<IResult> HistoryAsync(
        HttpContext context,
        [AsParameters] HistoryQuery query,
        [FromQuery(Name = "include_failed"), Description("Whether messages whose reply failed are wanted too. Default false.")] bool? includeFailed,
        GetHistory operation,
        CancellationToken cancellationToken)
    {
        var history = await operation.HandleAsync(context.Channel(), query.SessionId!, includeFailed == true, cancellationToken);
        return history.IsLong ? TypedResults.Ok(history) : JsonAnswer.Ok(history);
    }

    private static async Task<IResult> ForgetAsync(
        HttpContext context, [AsParameters] HistoryQuery query, ThreadEraser eraser, TimeProvider time, CancellationToken cancellationToken)
    {
        await eraser.ForgetAsync(SessionKey.Of(context.Channel().ChannelId, query.SessionId!), time.GetUtcNow(), cancellationToken);
        return TypedResults.NoContent();
    }
}

/// <summary>The JSON types of this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(SendMessageResponse))]
[JsonSerializable(typeof(HistoryResponse))]
[JsonSerializable(typeof(ChannelProfile))]
[JsonSerializable(typeof(TurnStarted))]
[JsonSerializable(typeof(TurnDelta))]
[JsonSerializable(typeof(TurnHtml))]
[JsonSerializable(typeof(TurnResponse))]
[JsonSerializable(typeof(FeedbackRequest))]
internal sealed partial class ConversationsJson : JsonSerializerContext;
