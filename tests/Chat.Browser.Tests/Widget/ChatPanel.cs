using Microsoft.Playwright;

namespace Chat.Browser.Tests.Widget;

/// <summary>The chat's panel, as somebody uses it.</summary>
internal static class ChatPanel
{
    /// <summary>Writes a message and sends it.</summary>
    public static async Task SayAsync(this IFrameLocator panel, string text)
    {
        await panel.Locator("textarea").FillAsync(text);
        await panel.Locator(".send").ClickAsync();
    }
}
