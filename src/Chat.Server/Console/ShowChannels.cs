using System.Globalization;
using Chat.Server.Administration;

namespace Chat.Server.Console;

/// <summary>The list of channels, a page at a time.</summary>
internal sealed class ShowChannels(ChannelQueries channels, TimeProvider time)
{
    private const int PerPage = 20;

    public async Task HandleAsync(HttpContext context)
    {
        var page = PageOf(context.Request);
        var (found, total) = await channels.PageAsync(PerPage, (page - 1) * PerPage, context.RequestAborted);
        var pages = Math.Max(1, (total + PerPage - 1) / PerPage);
        // Channels may have gone since the link was made.
        if (page > pages)
        {
            ConsolePage.SeeOther(context, $"{ConsolePage.RootOf(context)}?page={pages}");
            return;
        }

        var now = time.GetUtcNow();
        await ConsolePage.ShowAsync<ChannelsDocument>(context, StatusCodes.Status200OK, new()
        {
            [nameof(ChannelsDocument.Cards)] = (ChannelCard[])[.. found.Select(channel => ChannelCard.Of(channel, now))],
            [nameof(ChannelsDocument.Total)] = total,
            [nameof(ChannelsDocument.Page)] = page,
            [nameof(ChannelsDocument.Pages)] = pages,
        });
    }

    // What is no page is the first one.
    private static int PageOf(HttpRequest request) =>
        int.TryParse(request.Query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is > 0 and <= int.MaxValue / PerPage ? page : 1;
}
