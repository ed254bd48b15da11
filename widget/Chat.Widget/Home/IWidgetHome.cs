using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Home;

/// <summary>What a home makes of a posted form.</summary>
internal enum FormVerdict
{
    /// <summary>It issued the form to this visitor, and it is still good.</summary>
    Genuine,

    /// <summary>It did not, or cannot tell.</summary>
    Stale,

    /// <summary>It did, too long ago.</summary>
    Expired,

    /// <summary>A field is filled that nobody sees: a program wrote it. It is to hear nothing of that.</summary>
    Trapped,
}

/// <summary>
/// Where a widget lives: a site of its own with cookies and antiforgery (<see cref="SiteHome"/>), or the service itself in a frame of somebody else's
/// page. It knows visitors, forms and policies; the pages and operations are the same everywhere. A singleton.
/// </summary>
internal interface IWidgetHome
{
    /// <summary>Who is here. Null: there is no such widget, and the response has been given its status.</summary>
    Task<WidgetVisit?> FindAsync(HttpContext context);

    /// <summary>The hidden fields that make a form of this visit genuine. Called before the first byte: it may set a cookie.</summary>
    IReadOnlyList<FormField> IssueFields(HttpContext context, WidgetVisit visit);

    /// <summary>Whether a posted form is one that this home issued to this visitor. The form has been read.</summary>
    Task<FormVerdict> JudgeAsync(HttpContext context, WidgetVisit visit);

    /// <summary>
    /// The visit with a session: the one it has, kept alive, or a new one. Called when the visitor sends. The first message sent twice, with no
    /// session yet in either request, is one message all the same: the same <paramref name="formKey"/> begins the same session.
    /// </summary>
    WidgetVisit Begin(HttpContext context, WidgetVisit visit, string formKey);

    /// <summary>The visit without a session: whatever names it is taken back from the browser.</summary>
    WidgetVisit End(HttpContext context, WidgetVisit visit);

    /// <summary>Keeps a text that was not taken, or with null drops it. False: it cannot be kept, and the answer itself must show it.</summary>
    bool Keep(HttpContext context, WidgetVisit visit, MessageDraft? draft);

    /// <summary>Which pages may show this one in a frame: the value of <c>frame-ancestors</c>, or null where no list can say it.</summary>
    string? FrameAncestors(HttpContext context, WidgetVisit visit);
}
