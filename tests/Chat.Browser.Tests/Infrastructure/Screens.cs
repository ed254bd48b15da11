using Microsoft.Playwright;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>Pictures of the main states, for people to look at. They go where <c>CHAT_SCREENSHOTS</c> says, by default below the tests' output.</summary>
internal static class Screens
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("CHAT_SCREENSHOTS") is { Length: > 0 } set
        ? set
        : Path.Combine(AppContext.BaseDirectory, "artifacts", "screenshots");

    public static Task SaveAsync(IPage page, string name, bool whole = false)
    {
        Directory.CreateDirectory(Folder);
        return page.ScreenshotAsync(new() { Path = Path.Combine(Folder, name + ".png"), Animations = ScreenshotAnimations.Disabled, FullPage = whole });
    }
}
