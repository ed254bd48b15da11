using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Storage;
using Chat.Server.WidgetHost.Backend;
using Chat.Widget.Home;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Chat.Server.WidgetHost;

/// <summary>
/// The widget in a frame of somebody else's page, served by the service itself. Nothing is kept in memory and nothing in a cookie that it needs: the ticket
/// in the address and the token in the form, both sealed with the keys that all instances share, are all there is.
/// </summary>
internal sealed class EmbedHome(
    ChannelDirectory channels,
    BackendFactory backends,
    IDataProtectionProvider protection,
    IOptions<EmbedOptions> options,
    IOptions<ConversationOptions> sessions,
    IHostEnvironment environment,
    TimeProvider time) : IWidgetHome
{
    private const string TicketKey = "s";

    private readonly Seal _tickets = new(protection, "Embed.Ticket");
    private readonly EmbedForm _forms = new(new Seal(protection, "Embed.Form"), options.Value.FormLifetime, time);

    public async Task<WidgetVisit?> FindAsync(HttpContext context)
    {
        if (await ChannelAsync(context) is not { } channel)
            return null;
        var page = EmbedPage.Of(context.Request);
        if (EmbedPolicy.AncestorsOf(channel, environment.IsDevelopment()) is not { } ancestors)
            await EmbedNotice.DeniedAsync(context);
        else if (page.IsPanel && !channel.IsActiveAt(time.GetUtcNow()))
            await EmbedNotice.InactiveAsync(context, channel, ancestors);
        else
            return VisitOf(context, channel, TicketOf(context, channel, page));
        return null;
    }

    public IReadOnlyList<FormField> IssueFields(HttpContext context, WidgetVisit visit) => _forms.Issue(ChannelOf(context).PublicId, visit.SessionId);

    public Task<FormVerdict> JudgeAsync(HttpContext context, WidgetVisit visit) => _forms.JudgeAsync(context, ChannelOf(context).PublicId, visit.SessionId);

    public WidgetVisit Begin(HttpContext context, WidgetVisit visit, string formKey)
    {
        var lifetime = sessions.Value.Lifetime;
        var ticket = context.Features.GetRequiredFeature<EmbedTicket>() with
        {
            SessionId = visit.SessionId ?? WidgetCookies.NewSession(formKey),
            ExpiresAt = (time.GetUtcNow() + lifetime).ToUnixTimeSeconds(),
        };
        var changed = With(context, visit, ticket);
        EmbedCookie.Set(context, visit.Root, changed.Query[(TicketKey.Length + 2)..], lifetime);
        return changed;
    }

    public WidgetVisit End(HttpContext context, WidgetVisit visit)
    {
        EmbedCookie.Delete(context, visit.Root);
        return With(context, visit, context.Features.GetRequiredFeature<EmbedTicket>() with { SessionId = null });
    }

    // A visitor's words belong neither into an address nor into a cookie of a site that is not theirs: the answer itself shows them.
    public bool Keep(HttpContext context, WidgetVisit visit, MessageDraft? draft) => draft is null;

    /// <summary>
    /// The channel's list. Not for a transcript within a frame that has no origin (<c>sandbox</c> without <c>allow-same-origin</c>): no list can name
    /// what stands around it then, and its address, which nobody can guess, came from a panel that the list has let through.
    /// </summary>
    public string? FrameAncestors(HttpContext context, WidgetVisit visit) =>
        visit.SessionId is not null && EmbedPage.Of(context.Request).IsTranscript && EmbedForm.IsOpaqueFrame(context.Request)
            ? null
            : EmbedPolicy.AncestorsOf(ChannelOf(context), environment.IsDevelopment()) ?? "'none'";

    private static Channel ChannelOf(HttpContext context) => context.Features.GetRequiredFeature<Channel>();

    private async Task<Channel?> ChannelAsync(HttpContext context)
    {
        try
        {
            // Malformed and unknown are alike, in what is said and in what it means.
            if (Guid.TryParseExact(context.Request.RouteValues["id"] as string, "D", out var id)
                && await channels.FindByPublicIdAsync(id, context.RequestAborted) is { } channel)
            {
                context.Features.Set(channel);
                return channel;
            }

            await EmbedNotice.UnknownAsync(context);
        }
        catch (StoreUnavailableException)
        {
            await EmbedNotice.OfflineAsync(context);
        }

        return null;
    }

    private EmbedTicket TicketOf(HttpContext context, Channel channel, EmbedPage page)
    {
        var request = context.Request;
        var now = time.GetUtcNow();
        if (OpenFor(channel, request.Query[TicketKey]) is { } ticket)
        {
            ticket = ticket.At(now);
            // A link on another site may bring its own conversation along, for the visitor to write into: it begins a new one.
            return page.IsPanel && page.IsFollowedFromElsewhere ? ticket with { SessionId = null } : ticket;
        }

        var fresh = new EmbedTicket { ChannelId = channel.PublicId, PageUrl = page.Referrer, Look = EmbedLook.Of(request.Query) };
        return page.IsPanel && OpenFor(channel, EmbedCookie.Read(context))?.At(now) is { SessionId: not null } kept
            ? fresh with { SessionId = kept.SessionId, ExpiresAt = kept.ExpiresAt }
            : fresh;
    }

    private EmbedTicket? OpenFor(Channel channel, string? text) =>
        _tickets.Open(text, EmbedJson.Default.EmbedTicket) is { } ticket && ticket.ChannelId == channel.PublicId ? ticket : null;

    private WidgetVisit VisitOf(HttpContext context, Channel channel, EmbedTicket ticket) => With(
        context,
        new WidgetVisit
        {
            Root = $"{context.Request.PathBase.ToUriComponent()}{EmbedAddress.PathOf(channel.PublicId)}",
            AssetRoot = $"{context.Request.PathBase.ToUriComponent()}{EmbedAddress.Root}",
            Settings = EmbedSettings.Of(context, channel, ticket.Look),
            Backend = backends.For(channel, context),
            PageUrl = ticket.PageUrl,
        },
        ticket);

    private WidgetVisit With(HttpContext context, WidgetVisit visit, EmbedTicket ticket)
    {
        context.Features.Set(ticket);
        return visit with { SessionId = ticket.SessionId, Query = $"?{TicketKey}={_tickets.Close(ticket, EmbedJson.Default.EmbedTicket)}" };
    }
}
