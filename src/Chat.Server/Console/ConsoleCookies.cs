using Microsoft.AspNetCore.Antiforgery;

namespace Chat.Server.Console;

/// <summary>What the pages leave in the owner's browser: for their own addresses alone, unreadable to scripts, and sent with no request that another site begins.</summary>
internal static class ConsoleCookies
{
    public const string Session = "chat_console";

    private const string Form = "chat_console_form";

    public static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = lifetime,
        Path = ConsolePage.RootOf(context),
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
    };

    /// <summary>The antiforgery cookie is its fellow; no other pages of the service use that system.</summary>
    public static void Configure(AntiforgeryOptions options)
    {
        options.Cookie = new FormCookie { Name = Form };
        // The policy's frame-ancestors says it.
        options.SuppressXFrameOptionsHeader = true;
    }

    private sealed class FormCookie : CookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom) => Options(context, null);
    }
}
