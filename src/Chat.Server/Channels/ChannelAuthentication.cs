using Chat.Server.Errors;
using Chat.Server.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Server.Channels;

/// <summary>Marks endpoints that only a channel with a valid key may call.</summary>
public sealed class RequiresChannelMetadata;

/// <summary>
/// The first checks of the widget surface: the key, then whether the channel answers. A middleware and not a filter, so that
/// rate limiting, which comes next, knows the channel and nothing of the body has been read.
/// </summary>
public static class ChannelAuthentication
{
    private const string KeyHeader = "X-API-Key";

    /// <summary>Demands a channel's key on these endpoints.</summary>
    public static TBuilder RequireChannel<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequiresChannelMetadata());

    /// <summary>Checks the key where the chosen endpoint demands one; stands right after routing.</summary>
    public static IApplicationBuilder UseChannelKeys(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiresChannelMetadata>() is not null)
        {
            var result = await AuthenticateAsync(context);
            if (!result.Succeeded(out _, out var error))
            {
                await context.WriteErrorAsync(error, context.RequestAborted);
                return;
            }
        }

        await next(context);
    });

    /// <summary>The channel that the request's key belongs to.</summary>
    /// <exception cref="InvalidOperationException">The endpoint does not require a channel.</exception>
    public static Channel Channel(this HttpContext context) => context.Features.GetRequiredFeature<Channel>();

    private static async ValueTask<Result<Channel>> AuthenticateAsync(HttpContext context)
    {
        if (PresentedKey(context.Request) is not { } key)
            return ChatError.MissingApiKey;
        var directory = context.RequestServices.GetRequiredService<ChannelDirectory>();
        if (await directory.FindByKeyAsync(key, context.RequestAborted) is not { } channel)
            return ChatError.InvalidApiKey;
        context.Features.Set(channel);
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        return channel.IsActiveAt(now) ? channel : ChatError.SiteInactive;
    }

    private static string? PresentedKey(HttpRequest request)
    {
        var key = request.Headers[KeyHeader].ToString().Trim();
        return key.Length > 0 ? key : BearerToken.Of(request);
    }
}
