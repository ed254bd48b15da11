using Chat.Widget.Backend;
using Chat.Widget.Texts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Chat.Widget.Home;

/// <summary>
/// The widget in a site of its own: same origin, the site's antiforgery, the site's Data Protection keys. Nothing is kept in memory, so
/// any instance of the site can answer any request.
/// </summary>
internal sealed class SiteHome(
    IOptions<ChatWidgetOptions> options, IChatBackend backend, ChannelDefaults channel, IAntiforgery antiforgery, IDataProtectionProvider protection) : IWidgetHome
{
    public const string TicketKey = "c";

    private readonly ChatWidgetOptions _options = options.Value;
    private readonly Seal _tickets = new(protection, "Panel");
    private readonly Seal _drafts = new(protection, "Draft");

    /// <summary>Where the widget's pages begin for a request.</summary>
    public string RootOf(HttpContext context) => $"{context.Request.PathBase.ToUriComponent()}{_options.Prefix}";

    /// <summary>The address of a panel for a tag.</summary>
    public string PanelUrlOf(HttpContext context, PanelTicket ticket) =>
        $"{RootOf(context)}/panel?{TicketKey}={_tickets.Close(ticket, SealedJson.Default.PanelTicket)}";

    public async Task<WidgetVisit?> FindAsync(HttpContext context)
    {
        var sealedTicket = context.Request.Query[TicketKey].ToString();
        var ticket = _tickets.Open(sealedTicket, SealedJson.Default.PanelTicket);
        var known = await channel.FindAsync(context.RequestAborted);
        return new WidgetVisit
        {
            Root = RootOf(context),
            Query = ticket is null ? "" : $"?{TicketKey}={sealedTicket}",
            Settings = WidgetSettings.Of(_options, ticket ?? PanelTicket.None, known, WidgetLanguage.Of(_options, context, ticket?.Language)),
            Backend = backend,
            SessionId = WidgetCookies.ReadSession(context),
            PageUrl = ticket?.PageUrl,
            PageTitle = ticket?.PageTitle,
            Draft = _drafts.Open(context.Request.Cookies[WidgetCookies.Draft], SealedJson.Default.MessageDraft),
        };
    }

    public IReadOnlyList<FormField> IssueFields(HttpContext context, WidgetVisit visit) => SiteForm.Issue(antiforgery, context);

    public async Task<FormVerdict> JudgeAsync(HttpContext context, WidgetVisit visit) =>
        await SiteForm.IsGenuineAsync(antiforgery, context) ? FormVerdict.Genuine : FormVerdict.Stale;

    public WidgetVisit Begin(HttpContext context, WidgetVisit visit, string formKey)
    {
        var session = visit.SessionId ?? WidgetCookies.NewSession(formKey);
        WidgetCookies.Set(context, WidgetCookies.Session, session, visit.Root);
        WidgetCookies.Set(context, WidgetCookies.Open, "1", SitePath(context));
        return visit with { SessionId = session };
    }

    public WidgetVisit End(HttpContext context, WidgetVisit visit)
    {
        WidgetCookies.Delete(context, WidgetCookies.Session, visit.Root);
        return visit with { SessionId = null };
    }

    public bool Keep(HttpContext context, WidgetVisit visit, MessageDraft? draft)
    {
        if (draft is not null && WidgetCookies.Set(context, WidgetCookies.Draft, _drafts.Close(draft, SealedJson.Default.MessageDraft), visit.Root))
            return true;
        if (context.Request.Cookies.ContainsKey(WidgetCookies.Draft))
            WidgetCookies.Delete(context, WidgetCookies.Draft, visit.Root);
        return draft is null;
    }

    public string FrameAncestors(HttpContext context, WidgetVisit visit) => "'self'";

    /// <summary>Remembers that the visitor has closed a chat that the page had opened.</summary>
    public static void RememberClosed(HttpContext context) => WidgetCookies.Set(context, WidgetCookies.Open, "0", SitePath(context));

    private static string SitePath(HttpContext context) => context.Request.PathBase.HasValue ? context.Request.PathBase.ToUriComponent() : "/";
}
