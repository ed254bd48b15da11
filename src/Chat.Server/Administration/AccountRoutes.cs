using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using FluentValidation;

namespace Chat.Server.Administration;

/// <summary>The part of <c>/admin/v1</c> that is about money and figures: grants, ledger, usage, audit.</summary>
internal static class AccountRoutes
{
    private const string KeyDescription = "The caller's name for this request: its retry gets the same grant. Bare or in quotes; kept as long as the grant.";

    /// <summary>Adds the operations.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddSingleton<IValidator<GrantCreditsRequest>, GrantCreditsValidator>();
        services.AddSingleton<GrantCredits>();
        services.AddSingleton<ReadLedger>();
        services.AddSingleton<ReadUsage>();
        return services;
    }

    /// <summary>Maps what belongs to one channel.</summary>
    /// <param name="channels">The group of <c>/admin/v1/channels</c>.</param>
    public static void MapAccounts(this RouteGroupBuilder channels)
    {
        channels.MapPost("/{id:guid}/credits", GrantAsync)
            .WithMetadata(new OperationId("grantCredits"), new RequestHeader(IdempotencyHeader.Name, KeyDescription, IdempotencyHeader.MaxLength))
            .WithSummary("Grant credits")
            .WithDescription("""
                Adds credits to what the channel may use. Grants are never changed or deleted. With an `Idempotency-Key` the same request can be
                sent again: it is granted once, and a repetition gets the same grant with `Idempotency-Replayed: true` and the account as it is then.
                """)
            .Produces<GrantResponse>(StatusCodes.Status201Created)
            .Fails(
                ChatError.NotFound,
                ChatError.MalformedJson,
                ChatError.RequestTooLarge,
                ChatError.UnsupportedMediaType,
                ChatError.InvalidRequest("credits", "Must have at most six decimals."));
        channels.MapGet("/{id:guid}/ledger", LedgerAsync)
            .AddEndpointFilter(PageQuery.CheckAsync)
            .WithMetadata(new OperationId("readLedger"))
            .WithSummary("Read the ledger")
            .WithDescription("One page of the channel's grants and charges, newest first. No line holds a word of the conversation; a charge has the visitor's rating and comment.")
            .Produces<LedgerResponse>()
            .Fails(ChatError.NotFound, ChatError.InvalidRequest("limit", "Must be a whole number between 1 and 200."));
        channels.MapGet("/{id:guid}/usage", UsageAsync)
            .AddEndpointFilter(UsageQuery.CheckAsync)
            .WithMetadata(new OperationId("readUsage"))
            .WithSummary("Read usage")
            .WithDescription("""
                What the channel's requests came to, by UTC day or by model: answered, failed, refused by reason, tokens, credits, and how long replies
                took. A day or model without a request has no line. Refusals and failures are counted to within the last seconds of a process that was
                killed; replies, tokens and credits exactly. Times are at most 2.5 % off.
                """)
            .Produces<UsageResponse>()
            .Fails(ChatError.NotFound, ChatError.InvalidRequest("from", UsageRange.NotADate));
        channels.MapGet("/{id:guid}/webhook-secret", WebhookSecretAsync)
            .WithMetadata(new OperationId("revealWebhookSecret"))
            .WithSummary("Reveal a webhook secret")
            .WithDescription("""
                What the channel's webhook calls are signed with: `X-Chat-Signature: t=<unix seconds>,v1=<hex>`, where hex is the HMAC-SHA256 of
                `t`, a dot and the body, with this secret as its key. A channel without a webhook has none.
                """)
            .Produces<WebhookSecretResponse>()
            .Fails(ChatError.NotFound);
    }

    /// <summary>Maps the audit.</summary>
    public static void MapAudit(this IEndpointRouteBuilder routes) => routes.MapGet("/admin/v1/audit", AuditAsync)
        .RequireAdminToken()
        .WithTags("Administration")
        .WithMetadata(new OperationId("audit"))
        .WithSummary("Audit the accounts")
        .WithDescription("""
            Recomputes every channel's account from the rows that it sums up, and names each invariant that does not hold. It reads the whole
            ledger, and changes nothing.
            """)
        .Produces<AuditResponse>()
        .Fails(ChatError.InternalError, ChatError.ServiceUnavailable);

    private static async Task<IResult> GrantAsync(
        HttpContext context,
        Guid id,
        Body<GrantCreditsRequest> body,
        GrantCredits operation,
        CancellationToken cancellationToken)
    {
        if (!IdempotencyHeader.Read(context.Request).Succeeded(out var parsed, out var error))
            return new ErrorResult(error);
        return (await operation.HandleAsync(id, body.Value, parsed, cancellationToken)).ToHttp(granted =>
        {
            if (granted.Replayed)
                context.Response.Headers[IdempotencyHeader.ReplayedName] = "true";
            return JsonAnswer.Created($"/admin/v1/channels/{id}/ledger", granted.Grant);
        });
    }

    private static async Task<IResult> LedgerAsync(
        Guid id, [AsParameters] PageQuery query, ReadLedger operation, CancellationToken cancellationToken)
    {
        var (limit, offset) = query.Values;
        return (await operation.HandleAsync(id, limit, offset, cancellationToken)).ToHttp(JsonAnswer.Ok);
    }

    private static async Task<IResult> UsageAsync(
        HttpContext context, Guid id, [AsParameters] UsageQuery query, ReadUsage operation, CancellationToken cancellationToken) =>
        (await operation.HandleAsync(id, UsageQuery.RangeOf(context).Value, query.Grouping, cancellationToken)).ToHttp(JsonAnswer.Ok);

    private static async Task<IResult> WebhookSecretAsync(Guid id, WebhookSecrets secrets, CancellationToken cancellationToken) =>
        await secrets.FindAsync(id, cancellationToken) is { } secret
            ? JsonAnswer.Ok(new WebhookSecretResponse { Id = id, Secret = secret })
            : new ErrorResult(ChatError.NotFound);

    private static async Task<IResult> AuditAsync(Audit audit, CancellationToken cancellationToken) =>
        JsonAnswer.Ok(AuditResponse.From(await audit.RunAsync(cancellationToken)));
}
