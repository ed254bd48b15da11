using System.ComponentModel;
using Chat.Widget.Backend;

namespace Chat.Widget.Home;

/// <summary>
/// One visitor at one widget, as one request finds them. Immutable; a session that begins makes another. Public only because Razor components are: not part
/// of what a site programs against, like the other types of the components' parameters.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record WidgetVisit
{
    /// <summary>Where the widget's pages begin, the site's own base path included: <c>/_chat</c>.</summary>
    public required string Root { get; init; }

    /// <summary>Where the stylesheets are; null: below <see cref="Root"/>. A root that names a visitor is not one for what is kept for ever.</summary>
    public string? AssetRoot { get; init; }

    /// <summary>What every address carries on, with its question mark: the ticket. Often empty.</summary>
    public string Query { get; init; } = "";

    /// <summary>What is shown.</summary>
    public required WidgetSettings Settings { get; init; }

    /// <summary>Who answers.</summary>
    public required IChatBackend Backend { get; init; }

    /// <summary>The conversation; null before the first message.</summary>
    public string? SessionId { get; init; }

    /// <summary>The address of the page that the widget stands on, where it is known.</summary>
    public string? PageUrl { get; init; }

    /// <summary>That page's title, where it is known.</summary>
    public string? PageTitle { get; init; }

    /// <summary>A text that was not taken, or null.</summary>
    public MessageDraft? Draft { get; init; }

    /// <summary>The address of one of the widget's pages.</summary>
    public string UrlOf(string page) => $"{Root}/{page}{Query}";

    /// <summary>The address of a stylesheet: it takes no ticket, so that one copy serves every page.</summary>
    public string StylesheetUrl => $"{AssetRoot ?? Root}/css/{Theme.Stylesheets.FileOf(Theme.Stylesheets.Panel, Settings.Accent)}";
}

/// <summary>A hidden field of every form.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct FormField(string Name, string Value)
{
    /// <summary>A field that no visitor sees or fills, and that many a program does.</summary>
    public bool IsTrap { get; init; }
}
