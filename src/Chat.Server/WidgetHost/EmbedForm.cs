using Chat.Widget.Home;

namespace Chat.Server.WidgetHost;

/// <summary>
/// What makes a form of the embed genuine: a sealed token for this channel and conversation, which is no ambient authority, so that a forged post from
/// another site has nothing to use; where the browser says who posts, its word; and a field that only programs fill.
/// </summary>
internal sealed class EmbedForm(Seal seal, TimeSpan lifetime, TimeProvider time)
{
    private const string TokenField = "token";

    // A name that programs which fill whatever they find cannot leave alone, and that browsers have no value of their own for.
    internal const string TrapField = "website";

    public IReadOnlyList<FormField> Issue(Guid channelId, string? sessionId)
    {
        var token = new EmbedFormToken { ChannelId = channelId, SessionId = sessionId, ExpiresAt = (time.GetUtcNow() + lifetime).ToUnixTimeSeconds() };
        return [new FormField(TokenField, seal.Close(token, EmbedJson.Default.EmbedFormToken)), new FormField(TrapField, "") { IsTrap = true }];
    }

    public async Task<FormVerdict> JudgeAsync(HttpContext context, Guid channelId, string? sessionId)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (!IsFromOurs(context.Request) || seal.Open(form[TokenField].ToString(), EmbedJson.Default.EmbedFormToken) is not { } token || token.ChannelId != channelId)
            return FormVerdict.Stale;
        // Before the conversation: one that has ended meanwhile is the same to the visitor.
        if (time.GetUtcNow().ToUnixTimeSeconds() >= token.ExpiresAt)
            return FormVerdict.Expired;
        if (!string.Equals(token.SessionId, sessionId, StringComparison.Ordinal))
            return FormVerdict.Stale;
        return string.IsNullOrEmpty(form[TrapField]) ? FormVerdict.Genuine : FormVerdict.Trapped;
    }

    /// <summary>
    /// Whether a request comes from within a frame that the page around it has sandboxed without an origin. It cannot say more of
    /// itself, so such a post is believed in a frame only, where <c>frame-ancestors</c> has decided who is around it.
    /// </summary>
    public static bool IsOpaqueFrame(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() == "cross-site" && request.Headers["Sec-Fetch-Dest"].ToString() is "iframe" or "frame";

    private static bool IsFromOurs(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return request.Headers["Sec-Fetch-Site"].ToString() switch
        {
            "same-origin" => true,
            // A browser too old to say it, or no browser: the origin where there is one. Its scheme may differ behind a proxy.
            "" => origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var url) && string.Equals(url.Authority, AuthorityOf(request), StringComparison.OrdinalIgnoreCase)),
            _ => origin == "null" && IsOpaqueFrame(request),
        };
    }

    // Without the port that the origin's scheme has by itself.
    private static string AuthorityOf(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host.ToUriComponent()}", UriKind.Absolute, out var url) ? url.Authority : "";
}
