using Chat.Server.Administration;
using Chat.Server.Conversations;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Chat.Server.Hosting.Description;

/// <summary>
/// The OpenAPI description, made from the endpoints' own metadata. It is the same on every instance, whatever its
/// configuration, and a test holds it equal to <c>openapi/chat.v1.json</c>.
/// </summary>
internal static class DescriptionModule
{
    /// <summary>What the description is called in its address.</summary>
    public const string Name = "v1";

    /// <summary>Adds the description. Nothing of it is made before it is asked for.</summary>
    public static IServiceCollection AddDescription(this IServiceCollection services) =>
        services.AddSingleton(application => new DescriptionDocument(application, services));

    /// <summary>Maps it.</summary>
    public static void MapDescription(this IEndpointRouteBuilder routes) =>
        routes.MapGet($"/openapi/{Name}.json", async (DescriptionDocument document, CancellationToken cancellationToken) =>
            TypedResults.Bytes(await document.ReadAsync(cancellationToken), "application/json;charset=utf-8")).ExcludeFromDescription();

    /// <summary>Adds what makes it, to the container of <see cref="DescriptionDocument"/>.</summary>
    public static IServiceCollection AddMakerOfDescriptions(this IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(DocumentText.Apply);
        options.AddOperationTransformer(OperationText.ApplyAsync);
        options.AddSchemaTransformer(RequireMembers);
    });

    private static Task RequireMembers(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        // Making and editing a channel share one shape; only what makes a channel has to name it.
        if (context.JsonTypeInfo.Type == typeof(CreateChannelRequest) && context.JsonPropertyInfo is null)
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "name" };
        // What tells the states of a turn apart is in every one of them; the framework says so of none.
        if (context.JsonTypeInfo.Type.IsSubclassOf(typeof(TurnResponse)) && context.JsonPropertyInfo is null)
            (schema.Type, schema.Required) = (JsonSchemaType.Object, new HashSet<string>(schema.Required ?? new HashSet<string>(), StringComparer.Ordinal) { "status" });
        // A body's members may be null in C#, so that their absence is ours to report; to callers a required one may not.
        foreach (var name in schema.Required ?? new HashSet<string>(StringComparer.Ordinal))
        {
            if (schema.Properties?[name] is OpenApiSchema member)
                member.Type &= ~JsonSchemaType.Null;
        }

        return Task.CompletedTask;
    }
}
