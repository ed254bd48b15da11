using Chat.Widget.Home;

namespace Chat.Server.Console;

/// <summary>What every page has around its own content.</summary>
public sealed record ConsoleView
{
    internal const string Path = "/admin";

    /// <summary>Where the pages begin, as this request came to them.</summary>
    public required string Root { get; init; }

    /// <summary>The hidden fields that make a form genuine.</summary>
    public required IReadOnlyList<FormField> Fields { get; init; }

    /// <summary>Whether there is somebody to sign out.</summary>
    public required bool IsSignedIn { get; init; }

    /// <summary>Where the stylesheet is.</summary>
    public string StylesheetUrl => $"{Root}/css/{ConsoleStylesheet.File}";

    /// <summary>A channel's page.</summary>
    public string UrlOf(Guid channelId) => $"{Root}/channels/{channelId:D}";

    /// <summary>A page of the list, counted from 1.</summary>
    public string UrlOfPage(int page) => page == 1 ? Root : $"{Root}?page={page}";
}
