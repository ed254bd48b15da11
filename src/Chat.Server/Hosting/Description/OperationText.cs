using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Server.Administration;
using Chat.Server.Administration.Exporting;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Errors;
using Chat.Server.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Chat.Server.Hosting.Description;

/// <summary>What the description says of one operation beyond what the framework finds: body, keys, errors, examples.</summary>
internal static class OperationText
{
    private const string ExampleRequestId = "01997c0e4b7a7c3ab5c69ea05dd3b99a";

    public static async Task ApplyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.OperationId = metadata.OfType<OperationId>().FirstOrDefault()?.Id;
        if (metadata.OfType<BodyType>().LastOrDefault() is { } body)
            operation.RequestBody = await BodyAsync(body.Type, context, cancellationToken);
        if (metadata.OfType<Streams>().Any())
            await EventStreamText.AddAsync(operation, context, cancellationToken);
        operation.Security = Security(metadata, context.Document);
        foreach (var header in metadata.OfType<RequestHeader>())
            (operation.Parameters ??= []).Add(Parameter(header));
        var limited = metadata.OfType<RequiresChannelMetadata>().Any();
        foreach (var failures in metadata.OfType<FailureMetadata>().Select(failure => failure.Error).GroupBy(error => error.Status))
            AddExamples(operation, failures.Key, [.. failures], context);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            AddHeaders((OpenApiResponse)response, status);
            if (limited && status != "401")
                AddRateLimitHeaders((OpenApiResponse)response);
            if (status.StartsWith('2') && Examples.Responses.TryGetValue(operation.OperationId ?? "", out var example) && Json(response) is { } content)
                content.Example = Node(example, context);
        }
    }

    private static async Task<OpenApiRequestBody> BodyAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document!;
        var schema = await context.GetOrCreateSchemaAsync(type, null, cancellationToken);
        document.AddComponent(type.Name, schema);
        return new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [ErrorWriter.Json] = new()
                {
                    Schema = new OpenApiSchemaReference(type.Name, document),
                    Example = Examples.Requests.TryGetValue(type, out var example) ? Node(example, context) : null,
                },
            },
        };
    }

    private static List<OpenApiSecurityRequirement> Security(IList<object> metadata, OpenApiDocument? document)
    {
        if (metadata.OfType<RequiresChannelMetadata>().Any())
            return [Requirement(DocumentText.ApiKey), Requirement(DocumentText.BearerKey)];
        return metadata.OfType<RequiresAdminTokenMetadata>().Any() ? [Requirement(DocumentText.AdminToken)] : [];

        OpenApiSecurityRequirement Requirement(string scheme) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
    }

    private static void AddExamples(OpenApiOperation operation, int status, IReadOnlyList<ChatError> errors, OpenApiOperationTransformerContext context)
    {
        var response = (OpenApiResponse)operation.Responses![status.ToString()];
        response.Description = string.Join(" or ", errors.Select(error => $"`{error.Message}`").Distinct(StringComparer.Ordinal));
        foreach (var content in response.Content?.Values ?? [])
        {
            content.Examples = errors.DistinctBy(error => error.Code).ToDictionary(
                error => error.Code,
                IOpenApiExample (error) => new OpenApiExample { Summary = error.Message, Value = Body(error, operation, context) },
                StringComparer.Ordinal);
        }
    }

    private static JsonNode? Body(ChatError error, OpenApiOperation operation, OpenApiOperationTransformerContext context) =>
        operation.Responses!.Values.Any(response => response.Content?.ContainsKey(ErrorWriter.ProblemJson) == true)
            ? Node(ErrorWriter.Problem(ExampleRequestId, error), context)
            : Node(ErrorWriter.Flat(error), context);

    private static void AddHeaders(OpenApiResponse response, string status)
    {
        response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        response.Headers["X-Request-ID"] = Header("The request's id: the caller's, where it sent a well-formed one.", JsonSchemaType.String);
        if (status == "429")
            response.Headers["Retry-After"] = Header("Whole seconds after which the same request is not refused for this reason.", JsonSchemaType.Integer);
    }

    private static void AddRateLimitHeaders(OpenApiResponse response)
    {
        var headers = response.Headers!;
        headers["RateLimit-Policy"] = Header("The channel's limits: `\"permin\";q=60;w=60, \"daily\";q=1000;w=86400`.", JsonSchemaType.String);
        headers["RateLimit"] = Header("What is left of them, and seconds until they start anew: `\"permin\";r=12;t=30, \"daily\";r=900;t=43170`.", JsonSchemaType.String);
        headers["X-RateLimit-Limit"] = Header("The limit that has less left.", JsonSchemaType.Integer);
        headers["X-RateLimit-Remaining"] = Header("What is left of it.", JsonSchemaType.Integer);
        headers["X-RateLimit-Reset"] = Header("When it starts anew, in Unix seconds.", JsonSchemaType.Integer);
    }

    private static OpenApiParameter Parameter(RequestHeader header) => new()
    {
        Name = header.Name,
        In = ParameterLocation.Header,
        Description = header.Description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = header.MaxLength },
    };

    private static OpenApiHeader Header(string description, JsonSchemaType type) =>
        new() { Description = description, Schema = new OpenApiSchema { Type = type } };

    private static OpenApiMediaType? Json(IOpenApiResponse response) =>
        response.Content is { } content && (content.TryGetValue(ErrorWriter.Json, out var json) || content.TryGetValue(ChannelExport.MediaType, out json)) ? json : null;

    private static JsonNode? Node(object value, OpenApiOperationTransformerContext context) => JsonSerializer.SerializeToNode(
        value,
        // With its status, and a line of an export with its type, as they are answered.
        value is TurnResponse ? typeof(TurnResponse) : value is ExportLine ? typeof(ExportLine) : value.GetType(),
        context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
}
