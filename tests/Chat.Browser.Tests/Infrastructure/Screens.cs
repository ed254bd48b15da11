using Chat.Server.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>
/// Pictures of the main states, for people to look at. They go where <c>CHAT_SCREENSHOTS</c> says; where everything is tried and it says nothing, below the tests'
/// output. Nothing is checked by them, and each has the browser paint a page once more: else there are none.
/// </summary>
internal static class Screens
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("CHAT_SCREENSHOTS") is { Length: > 0 } set ? set
        : Extent.IsWhole ? Path.Combine(AppContext.BaseDirectory, "artifacts", "screenshots")
        : null;

    /// <summary>Whether there are any.</summary>
    public static bool AreTaken => Folder is not null;

    public static async Task SaveAsync(IPage page, string name, bool whole = false)
    {
        if (Folder is null)
            return;
        Directory.CreateDirectory(Folder);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, name + ".png"), Animations = ScreenshotAnimations.Disabled, FullPage = whole });
    }
}
