using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Home;

/// <summary>
/// The cookies of a site's own widget. The conversation's name and the unsent text are sent to the widget's own path only; whether the chat
/// was open is a mere "1" or "0" that the site's pages need.
/// </summary>
internal static class WidgetCookies
{
    public const string Session = "chat_session";
    public const string Draft = "chat_draft";
    public const string Open = "chat_open";

    private const int RandomBytes = 32;
    private const int SessionLength = 43;

    // Browsers drop a cookie whose name, value and attributes pass 4,096 bytes together.
    private const int LongestValue = 3_800;

    // A session of the service ends 24 hours after its last message (contract, "Sessions"), and what was open or unsent with it.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public static string? ReadSession(HttpContext context) =>
        context.Request.Cookies[Session] is { Length: SessionLength } id && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') ? id : null;

    /// <summary>
    /// A session's name, as hard to guess as the key of the form that begins it: 256 random bits of ours. Where a form comes without, they are
    /// drawn here.
    /// </summary>
    public static string NewSession(string formKey) => Base64Url.EncodeToString(formKey.Length == Panel.PanelPage.FormKeyLength
        ? SHA256.HashData(Encoding.UTF8.GetBytes($"{Session}\n{formKey}"))
        : RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Sets a cookie of the widget's path; false where the value is too long to be kept.</summary>
    public static bool Set(HttpContext context, string name, string value, string path)
    {
        if (value.Length > LongestValue)
            return false;
        context.Response.Cookies.Append(name, value, Options(context, path, Lifetime));
        return true;
    }

    public static void Delete(HttpContext context, string name, string path) => context.Response.Cookies.Delete(name, Options(context, path, null));

    // Essential: each is set by what the visitor does, and without them there is no conversation.
    private static CookieOptions Options(HttpContext context, string path, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = lifetime,
        Path = path,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
    };
}
