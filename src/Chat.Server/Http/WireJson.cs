using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Chat.Server.Http;

/// <summary>
/// JSON as both surfaces speak it: snake_case names, numbers that are numbers, no member given twice. HTML is not escaped:
/// answers are <c>application/json</c> under <c>nosniff</c>, so no browser reads them as anything else.
/// </summary>
public static class WireJson
{
    /// <summary>Sets the rules; each capability adds its own source-generated types to the resolver chain.</summary>
    public static IServiceCollection AddWireJson(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(options => Configure(options.SerializerOptions));

    /// <summary>The options in force.</summary>
    public static JsonSerializerOptions Json(this HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

    private static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 32;
        options.TypeInfoResolverChain.Insert(0, HttpJson.Default);
    }
}

/// <summary>The wire types of this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(ProblemResponse))]
internal sealed partial class HttpJson : JsonSerializerContext;
