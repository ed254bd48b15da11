using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Chat.Server.Administration.Exporting;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Settings;
using FluentValidation;

namespace Chat.Server.Administration;

/// <summary>The operator's surface, <c>/admin/v1</c>.</summary>
public static class AdministrationModule
{
    // A channel's knowledge alone may have 400,000 characters.
    private static readonly BodyLimit SettingsLimit = new(4 * 1024 * 1024);

    /// <summary>Adds the operations on channels.</summary>
    public static IServiceCollection AddAdministration(this IServiceCollection services)
    {
        services.AddOptions<AdminOptions>().BindSettings("Admin");
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, AdministrationJson.Default));
        // A query that cannot be bound is answered by a filter (PageQuery), in Development as elsewhere, not by an exception.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        services.AddSingleton<AdminToken>();
        services.AddSingleton<IValidator<CreateChannelRequest>, CreateChannelValidator>();
        services.AddSingleton<CreateChannel>();
        services.AddSingleton<EditChannel>();
        services.AddSingleton<ChannelQueries>();
        services.AddSingleton<RotateKey>();
        services.AddSingleton<DeleteChannel>();
        services.AddSingleton<ChannelExport>();
        services.AddSingleton<ReadEmbed>();
        return services.AddAccounts();
    }

    /// <summary>Maps the surface; without a token to guard it, <see cref="AdminAuthentication"/> answers that it is not there.</summary>
    public static void MapAdministration(this IEndpointRouteBuilder routes)
    {
        var channels = routes.MapGroup("/admin/v1/channels").WithTags("Administration").RequireAdminToken().AddBodyFilter()
            .Fails(ChatError.InternalError, ChatError.ServiceUnavailable);
        channels.MapPost("", CreateAsync)
            .WithMetadata(new OperationId("createChannel"))
            .WithSummary("Create a channel")
            .WithDescription("Makes a channel with a key of its own. The key is in this answer and in that of a rotation.")
            .WithMetadata(SettingsLimit, new BodyType(typeof(CreateChannelRequest)))
            .Produces<ChannelResponse>(StatusCodes.Status201Created)
            .Fails([.. BodyFailures]);
        channels.MapGet("", ListAsync)
            .AddEndpointFilter(PageQuery.CheckAsync)
            .WithMetadata(new OperationId("listChannels"))
            .WithSummary("List channels")
            .WithDescription("One page of channels, in the order of their making.")
            .Produces<ChannelListResponse>()
            .Fails(ChatError.InvalidRequest("limit", "Must be a whole number between 1 and 200."));
        channels.MapGet("/{id:guid}", GetAsync)
            .WithMetadata(new OperationId("getChannel"))
            .WithSummary("Read a channel")
            .WithDescription("One channel with its settings and its credits.")
            .Produces<ChannelResponse>()
            .Fails(ChatError.NotFound);
        channels.MapPatch("/{id:guid}", EditAsync)
            .WithMetadata(new OperationId("editChannel"))
            .WithSummary("Edit a channel")
            .WithDescription("Changes the settings that are given and leaves the others; null sets a setting's default. Takes effect with the next request.")
            .WithMetadata(SettingsLimit, new BodyType(typeof(ChannelSettings)))
            .Produces<ChannelResponse>()
            .Fails([ChatError.NotFound, .. BodyFailures]);
        channels.MapDelete("/{id:guid}", DeleteAsync)
            .WithMetadata(new OperationId("deleteChannel"))
            .WithSummary("Delete a channel")
            .WithDescription("""
                Deletes the channel with everything that is kept of it: sessions, messages, usage, ratings, grants, counts, alerts and keys. It stops
                answering at once; a large one takes seconds. A call that was cut short is repeated. This cannot be undone: export the channel first, or, to
                stop it only, set `active` to false.
                """)
            .Produces(StatusCodes.Status204NoContent)
            .Fails(ChatError.NotFound);
        channels.MapGet("/{id:guid}/key", RevealAsync)
            .WithMetadata(new OperationId("revealKey"))
            .WithSummary("Reveal a key")
            .WithDescription("The channel's key, opened from where it is sealed.")
            .Produces<ChannelKeyResponse>()
            .Fails(ChatError.NotFound);
        channels.MapPost("/{id:guid}/key/rotate", RotateAsync)
            .WithMetadata(new OperationId("rotateKey"))
            .WithSummary("Rotate a key")
            .WithDescription("Gives the channel a new key. The old one is refused from now on.")
            .Produces<ChannelResponse>()
            .Fails(ChatError.NotFound);
        channels.MapAccounts();
        channels.MapExport();
        channels.MapEmbed();
        routes.MapAudit();
    }

    private static IEnumerable<ChatError> BodyFailures =>
    [
        ChatError.MalformedJson, ChatError.RequestTooLarge, ChatError.UnsupportedMediaType, ChatError.InvalidRequest("name", "Is required."),
    ];

    private static async Task<IResult> CreateAsync(Body<JsonObject> body, CreateChannel operation, CancellationToken cancellationToken) =>
        (await operation.HandleAsync(body.Value, cancellationToken)).ToHttp(channel => JsonAnswer.Created($"/admin/v1/channels/{channel.Id}", channel));

    private static async Task<IResult> ListAsync([AsParameters] PageQuery query, ChannelQueries queries, CancellationToken cancellationToken)
    {
        var (limit, offset) = query.Values;
        return JsonAnswer.Ok(await queries.ListAsync(limit, offset, cancellationToken));
    }

    private static async Task<IResult> GetAsync(Guid id, ChannelQueries queries, CancellationToken cancellationToken) =>
        (await queries.GetAsync(id, cancellationToken)).ToHttp(JsonAnswer.Ok);

    private static async Task<IResult> EditAsync(Guid id, Body<JsonObject> body, EditChannel operation, CancellationToken cancellationToken) =>
        (await operation.HandleAsync(id, body.Value, cancellationToken)).ToHttp(JsonAnswer.Ok);

    private static async Task<IResult> DeleteAsync(Guid id, DeleteChannel operation, CancellationToken cancellationToken) =>
        await operation.HandleAsync(id, cancellationToken) ? TypedResults.NoContent() : new ErrorResult(ChatError.NotFound);

    private static async Task<IResult> RevealAsync(Guid id, ChannelQueries queries, CancellationToken cancellationToken) =>
        (await queries.RevealKeyAsync(id, cancellationToken)).ToHttp(JsonAnswer.Ok);

    private static async Task<IResult> RotateAsync(Guid id, RotateKey operation, CancellationToken cancellationToken) =>
        (await operation.HandleAsync(id, cancellationToken)).ToHttp(JsonAnswer.Ok);
}

/// <summary>The JSON types of this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CreateChannelRequest))]
[JsonSerializable(typeof(ChannelSettings))]
[JsonSerializable(typeof(ChannelResponse))]
[JsonSerializable(typeof(ChannelListResponse))]
[JsonSerializable(typeof(ChannelKeyResponse))]
[JsonSerializable(typeof(GrantCreditsRequest))]
[JsonSerializable(typeof(GrantResponse))]
[JsonSerializable(typeof(LedgerResponse))]
[JsonSerializable(typeof(UsageResponse))]
[JsonSerializable(typeof(WebhookSecretResponse))]
[JsonSerializable(typeof(AuditResponse))]
[JsonSerializable(typeof(ExportLine))]
[JsonSerializable(typeof(EmbedResponse))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class AdministrationJson : JsonSerializerContext;
