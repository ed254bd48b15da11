using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Server.Conversations;
using Chat.Server.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Chat.Server.Hosting.Description;

/// <summary>
/// What the description says of an answer that is an event stream. OpenAPI 3.1 has no words for one but a string; the types of the
/// events are described beside it, for whoever generates a client.
/// </summary>
internal static class EventStreamText
{
    private const string Summary = """
        Server-sent events, each with one line of JSON: `start` (TurnStarted), `delta` (TurnDelta) for each piece, with `stream_html` also `html` (TurnHtml), and
        last `done` (SendMessageResponse) or `error` (ErrorResponse). Lines that begin with a colon are comments.
        """;

    private static readonly Type[] EventTypes = [typeof(TurnStarted), typeof(TurnDelta), typeof(TurnHtml)];

    /// <summary>Adds the stream to what the operation answers with 200.</summary>
    public static async Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var type in EventTypes)
            context.Document!.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken));
        operation.Responses!["200"].Content![EventStream.MediaType] = new OpenApiMediaType
        {
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = Summary },
            Example = Transcript(context),
        };
    }

    private static JsonNode Transcript(OpenApiOperationTransformerContext context)
    {
        var options = context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var events = Examples.Events.Select(item => $"event: {item.Name}\ndata: {JsonSerializer.Serialize(item.Data, item.Data.GetType(), options)}\n\n");
        return JsonValue.Create($": open\n\n{string.Concat(events)}");
    }
}
