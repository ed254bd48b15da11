using Chat.Server.Errors;
using Chat.Server.Http;

namespace Chat.Server.Administration;

/// <summary>Demands the operator's token, before anything of the request is read.</summary>
internal static class AdminAuthentication
{
    /// <summary>Marks endpoints that only the operator may call.</summary>
    public static TBuilder RequireAdminToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequiresAdminTokenMetadata()).Fails(ChatError.InvalidAdminToken);

    /// <summary>Checks the token where the chosen endpoint demands one; stands right after routing.</summary>
    public static IApplicationBuilder UseAdminToken(this IApplicationBuilder app)
    {
        var token = app.ApplicationServices.GetRequiredService<AdminToken>();
        return app.Use((context, next) =>
        {
            // Without a token there is no such surface: every path of it is unknown, whatever the method.
            if (!token.Exists && ErrorWriter.IsAdministration(context.Request.Path))
                return context.WriteErrorAsync(ChatError.NotFound, context.RequestAborted);
            return context.GetEndpoint()?.Metadata.GetMetadata<RequiresAdminTokenMetadata>() is null || IsOperator(context.Request, token)
                ? next(context)
                : context.WriteErrorAsync(ChatError.InvalidAdminToken, context.RequestAborted);
        });
    }

    private static bool IsOperator(HttpRequest request, AdminToken token) => BearerToken.Of(request) is { } presented && token.Matches(presented);
}

/// <summary>Marks endpoints that only the operator may call.</summary>
internal sealed class RequiresAdminTokenMetadata;
