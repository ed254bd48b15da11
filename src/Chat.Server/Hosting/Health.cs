using System.Text.Json.Serialization;
using Chat.Server.Http;
using Chat.Server.Storage;

namespace Chat.Server.Hosting;

/// <summary>Whether the service can answer.</summary>
public sealed record HealthResponse
{
    /// <summary><c>ok</c>, <c>ready</c> or <c>unavailable</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What is missing, where something is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Missing { get; init; }
}

/// <summary>What load balancers and orchestrators ask.</summary>
internal static class Health
{
    // Longer than any healthy look-up, shorter than the usual probe's patience.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static IServiceCollection AddHealth(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, HealthJson.Default));

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("Operation");
        group.MapGet("/healthz", Alive)
            .WithMetadata(new OperationId("isAlive"))
            .WithSummary("Is the process running?")
            .WithDescription("200 while the process runs, whatever the state of what it depends on.")
            .Produces<HealthResponse>();
        group.MapGet("/readyz", ReadyAsync)
            .WithMetadata(new OperationId("isReady"))
            .WithSummary("Can the service answer?")
            .WithDescription("200 when the store answers and every migration is applied; else 503 with what is missing.")
            .Produces<HealthResponse>()
            .Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Alive() => JsonAnswer.Ok(new HealthResponse { Status = "ok" });

    private static async Task<IResult> ReadyAsync(Migrator migrator, Database database, CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(migrator, cancellationToken);
        // Migrated, and still not for use: its key ring does not open, or the look at it is yet to come.
        if (missing.Count == 0 && database.SuspendedBecause is { } reason)
            missing = [reason];
        return missing.Count == 0
            ? JsonAnswer.Ok(new HealthResponse { Status = "ready" })
            : JsonAnswer.Of(StatusCodes.Status503ServiceUnavailable, new HealthResponse { Status = "unavailable", Missing = missing });
    }

    private static async Task<IReadOnlyList<string>> MissingAsync(Migrator migrator, CancellationToken cancellationToken)
    {
        try
        {
            var status = await migrator.StatusAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            return
            [
                .. status.Pending.Select(migration => $"migration {migration.Name} is not applied"),
                .. status.Unknown.Select(name => $"migration {name} is of a newer version of the program"),
            ];
        }
        catch (Exception fault) when (fault is StoreUnavailableException or TimeoutException)
        {
            return ["the store does not answer"];
        }
    }
}

/// <summary>The JSON types of this file.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthResponse))]
internal sealed partial class HealthJson : JsonSerializerContext;
