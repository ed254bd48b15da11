namespace Chat.Server.Http;

/// <summary>The <c>Authorization</c> header of both surfaces: a channel's key on one, the operator's token on the other.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The request's bearer token; null where it has none, or an empty one, or another scheme.</summary>
    public static string? Of(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && authorization.AsSpan(Scheme.Length).Trim() is { Length: > 0 } token
            ? token.ToString()
            : null;
    }
}
