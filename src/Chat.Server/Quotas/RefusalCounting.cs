using Chat.Server.Channels;
using Chat.Server.Errors;

namespace Chat.Server.Quotas;

/// <summary>Marks endpoints whose refusals the owner sees in the usage report.</summary>
public sealed class CountsRefusalsMetadata;

/// <summary>
/// Counts what is refused to a channel, in one place whoever refused it: the key's check, the flood limiter, the body filter or
/// admission. What fails after admission is no refusal; it is counted where the turn is failed.
/// </summary>
public static class RefusalCounting
{
    /// <summary>Counts the refusals of this endpoint.</summary>
    public static TBuilder CountRefusals<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new CountsRefusalsMetadata());

    /// <summary>Stands right after routing, before anything that refuses.</summary>
    public static IApplicationBuilder UseRefusalCounting(this IApplicationBuilder app)
    {
        var observer = app.ApplicationServices.GetRequiredService<UsageObserver>();
        return app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            finally
            {
                // Also where the caller did not stay to hear of it.
                if (context.GetEndpoint()?.Metadata.GetMetadata<CountsRefusalsMetadata>() is not null
                    && context.Features.Get<Channel>() is { } channel
                    && context.Features.Get<ChatError>() is { Status: < StatusCodes.Status500InternalServerError } refusal)
                {
                    observer.Refused(channel, refusal.Code);
                }
            }
        });
    }
}
