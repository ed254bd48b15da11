using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Chat.Server.Hosting.Description;

/// <summary>What the description says as a whole: title, servers, keys, groups.</summary>
internal static class DocumentText
{
    public const string ApiKey = "ApiKey";
    public const string BearerKey = "BearerKey";
    public const string AdminToken = "AdminToken";

    private const string Introduction = """
        Chat answers a website's visitors. Each website has a **channel** with a key of its own; a visitor's **session** lives for 24 hours
        after its last message. Replies come as Markdown and as HTML that can be put into a page as it is.

        Every error is a JSON object with `error`, a fixed sentence, and `code`, stable for programs; under `/admin` it is a problem details
        object. Every response carries `X-Request-ID`: the caller's own, where it sent a well-formed one, else a new one. A character is a
        Unicode scalar value, as JSON Schema's `maxLength` counts: an emoji is one.

        Each path of the group Chat also answers under `/api`.
        """;

    public static Task Apply(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Chat",
            Version = "1.0.0",
            Summary = "A channel-oriented AI chat service.",
            Description = Introduction,
        };
        // Relative: the description is the same wherever it is served, and byte for byte the committed one.
        document.Servers = [new OpenApiServer { Url = "/", Description = "This service" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [ApiKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-API-Key",
                Description = "The channel's key: `chat_` and 43 characters.",
            },
            [BearerKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The channel's key as a bearer token, for clients that only know that.",
            },
            [AdminToken] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The operator's token: the setting `Admin__Token`.",
            },
        };
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Chat", Description = "What a website's backend or widget calls, with the channel's key." },
            new() { Name = "Administration", Description = "What the operator calls. Without the setting `Admin__Token` these paths do not exist, but in Development." },
            new() { Name = "Operation", Description = "What load balancers and orchestrators ask. No key." },
        };
        return Task.CompletedTask;
    }
}
