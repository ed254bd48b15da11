namespace Chat.Server.WidgetHost;

/// <summary>
/// Finds a visitor's conversation again when the website's page was left and the frame begins anew. Partitioned (CHIPS): each website that shows the chat
/// has its own, and no other sees it. Only a help: it is read where a frame begins and nowhere else, so that no post relies on it, and where a browser
/// blocks even this one, the chat works without.
/// </summary>
internal static class EmbedCookie
{
    private const string Name = "__Secure-chat";

    public static string? Read(HttpContext context) => context.Request.Cookies[Name];

    public static void Set(HttpContext context, string path, string ticket, TimeSpan lifetime)
    {
        // Browsers take it over https alone (RFC 6265bis, "The __Secure- Prefix"; CHIPS).
        if (context.Request.IsHttps)
            context.Response.Cookies.Append(Name, ticket, Options(path, lifetime));
    }

    public static void Delete(HttpContext context, string path)
    {
        if (context.Request.Cookies.ContainsKey(Name))
            context.Response.Cookies.Delete(Name, Options(path, null));
    }

    private static CookieOptions Options(string path, TimeSpan? lifetime)
    {
        var options = new CookieOptions { Path = path, HttpOnly = true, Secure = true, SameSite = SameSiteMode.None, MaxAge = lifetime, IsEssential = true };
        options.Extensions.Add("Partitioned");
        return options;
    }
}
