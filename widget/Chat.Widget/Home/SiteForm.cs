using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Home;

/// <summary>What makes a form of a site's own pages genuine: the framework's antiforgery, and where the browser says who posts, its word.</summary>
internal static class SiteForm
{
    /// <summary>The hidden fields. Called before the first byte: it may set a cookie.</summary>
    public static IReadOnlyList<FormField> Issue(IAntiforgery antiforgery, HttpContext context)
    {
        var tokens = antiforgery.GetAndStoreTokens(context);
        return tokens.RequestToken is { } token ? [new FormField(tokens.FormFieldName, token)] : [];
    }

    /// <summary>Whether a post came from one of these pages. The browser's own word comes first; one too old to give it is left to the token.</summary>
    public static async Task<bool> IsGenuineAsync(IAntiforgery antiforgery, HttpContext context) =>
        context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" && await antiforgery.IsRequestValidAsync(context);
}
