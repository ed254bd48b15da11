using Chat.Server.Errors;

namespace Chat.Server.Http;

/// <summary>A failure that an endpoint may answer with; the description is made from these.</summary>
/// <param name="Error">The failure, as an example.</param>
public sealed record FailureMetadata(ChatError Error);

/// <summary>An operation's name in the description, by which generated clients call it.</summary>
/// <param name="Id">The name, in camelCase.</param>
public sealed record OperationId(string Id);

/// <summary>A header that an operation reads, for the description.</summary>
/// <param name="Name">The header.</param>
/// <param name="Description">What it does.</param>
/// <param name="MaxLength">How many characters it may have.</param>
public sealed record RequestHeader(string Name, string Description, int MaxLength);

/// <summary>An operation whose success can also be an event stream; for the description, which the framework would get wrong.</summary>
public sealed record Streams;

/// <summary>Declares what can go wrong, beside the route.</summary>
public static class Failures
{
    /// <summary>These failures can be this endpoint's answer.</summary>
    public static TBuilder Fails<TBuilder>(this TBuilder builder, params ChatError[] errors)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata([.. errors.Select(error => new FailureMetadata(error))]);
        builder.Finally(DeclareStatuses);
        return builder;
    }

    private static void DeclareStatuses(EndpointBuilder builder)
    {
        var isAdministration = builder is RouteEndpointBuilder { RoutePattern.RawText: { } path } && ErrorWriter.IsAdministration(path);
        var (type, mediaType) = isAdministration
            ? (typeof(ProblemResponse), ErrorWriter.ProblemJson)
            : (typeof(ErrorResponse), ErrorWriter.Json);
        var declared = builder.Metadata.OfType<ProducesResponseTypeMetadata>().Select(response => response.StatusCode).ToHashSet();
        foreach (var status in builder.Metadata.OfType<FailureMetadata>().Select(failure => failure.Error.Status).Distinct().Order().Where(declared.Add).ToArray())
            builder.Metadata.Add(new ProducesResponseTypeMetadata(status, type, [mediaType]));
    }
}
