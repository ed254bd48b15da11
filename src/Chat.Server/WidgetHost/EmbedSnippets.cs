using System.Text.Encodings.Web;

namespace Chat.Server.WidgetHost;

/// <summary>
/// What the owner of a website pastes: plain HTML, no script, no inline style. The website's own Content-Security-Policy, where it has one, needs
/// the service in <c>frame-src</c>, and for the corner in <c>style-src</c>.
/// </summary>
/// <param name="Url">The chat as a page of its own.</param>
/// <param name="Corner">A button in the corner that opens the chat above the page.</param>
/// <param name="Inline">The chat in the page, where the snippet stands.</param>
internal sealed record EmbedSnippets(string Url, string Corner, string Inline)
{
    // No scripts, and the website sees that it is so. With its own origin, because the transcript is a frame within the frame.
    private const string Sandbox = "allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads";

    private const string Bubble =
        "<svg viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" aria-hidden=\"true\"><path fill=\"currentColor\" d=\"M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z\"/></svg>";

    /// <summary>The snippets of a channel.</summary>
    /// <param name="address">The service's address, without a slash at its end.</param>
    /// <param name="publicId">The channel's id.</param>
    /// <param name="name">What the channel is called: the frame's name for those who cannot see it.</param>
    public static EmbedSnippets Of(string address, Guid publicId, string name)
    {
        var url = address + EmbedAddress.PathOf(publicId);
        var (src, title) = (HtmlEncoder.Default.Encode(url), HtmlEncoder.Default.Encode(name));
        // In a shadow tree, where the website's styles do not reach; unseen until its stylesheet has come, so that nothing moves.
        var corner = $"""
            <chat-widget><template shadowrootmode="open"><link rel="stylesheet" href="{HtmlEncoder.Default.Encode(address + EmbedAddress.LauncherStylesheet)}">
            <div class="w auto" hidden><button type="button" class="l" popovertarget="p">{Bubble}<span>Chat with us</span></button>
            <div class="p" id="p" popover role="dialog" aria-label="{title}"><button type="button" class="c" popovertarget="p" popovertargetaction="hide">Close chat</button>
            <iframe title="{title}" src="{src}#q" loading="lazy" width="400" height="600" referrerpolicy="strict-origin-when-cross-origin" sandbox="{Sandbox}"></iframe></div></div>
            </template><a href="{src}">Chat with us</a></chat-widget>
            """;
        // Its size is in its attributes, so that the page has its final shape before the chat has come.
        var inline = $"""
            <iframe title="{title}" src="{src}?inline" width="100%" height="640" frameborder="0" loading="lazy"
              referrerpolicy="strict-origin-when-cross-origin" sandbox="{Sandbox}"></iframe>
            """;
        return new EmbedSnippets(url, corner.ReplaceLineEndings("\n"), inline.ReplaceLineEndings("\n"));
    }
}
