using System.ComponentModel;
using Chat.Widget.Texts;

namespace Chat.Widget.Launcher;

/// <summary>What stands on the owner's page.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record LauncherView
{
    /// <summary>Where the panel is, with its ticket and without a fragment.</summary>
    public required string PanelUrl { get; init; }

    /// <summary>The stylesheet of the launcher.</summary>
    public required string StylesheetUrl { get; init; }

    /// <summary>Every text.</summary>
    public required WidgetTexts Texts { get; init; }

    /// <summary>Names the frame.</summary>
    public required string Title { get; init; }

    /// <summary>Corner or inline.</summary>
    public required WidgetPlacement Placement { get; init; }

    /// <summary>The classes that choose scheme and side.</summary>
    public required string Classes { get; init; }

    /// <summary>Whether the chat is open as the page arrives.</summary>
    public required bool IsOpen { get; init; }
}
