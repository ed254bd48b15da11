using Chat.Server.Administration;
using Chat.Server.Quotas;
using Chat.Server.WidgetHost;
using Microsoft.Extensions.Options;

namespace Chat.Server.Console;

/// <summary>One channel: how it stands, how it is set, what it has used, and the lines that put it into a website. Never its key.</summary>
internal sealed class ShowChannel(ChannelQueries channels, ReadUsage usage, IOptions<EmbedOptions> options, IHostEnvironment environment, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        var now = time.GetUtcNow();
        if (!Guid.TryParseExact(context.Request.RouteValues["id"] as string, "D", out var id)
            || await channels.FindAsync(id, context.RequestAborted) is not { } found
            || !(await usage.HandleAsync(id, UsageRange.UpTo(DateOnly.FromDateTime(now.UtcDateTime)), UsageGrouping.Day, context.RequestAborted)).Succeeded(out var report, out _))
        {
            await ConsolePage.NoticeAsync(context, StatusCodes.Status404NotFound, "There is no such channel", "It may have been deleted, or its address was not copied whole.");
            return;
        }

        await ConsolePage.ShowAsync<ChannelDocument>(context, StatusCodes.Status200OK, new()
        {
            [nameof(ChannelDocument.Card)] = ChannelCard.Of(found, now),
            [nameof(ChannelDocument.Channel)] = found.Channel,
            [nameof(ChannelDocument.Usage)] = report,
            [nameof(ChannelDocument.Embed)] = ReadEmbed.Of(found.Channel, EmbedAddress.Of(options.Value, context.Request)),
            [nameof(ChannelDocument.IsShownLocally)] = environment.IsDevelopment(),
        });
    }
}
