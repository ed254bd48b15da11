using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.WidgetHost;
using Microsoft.Extensions.Options;

namespace Chat.Server.Administration;

/// <summary>What the owner of a website pastes into its pages.</summary>
public sealed record EmbedResponse
{
    /// <summary>The chat as a page of its own.</summary>
    public required string Url { get; init; }

    /// <summary>HTML of a button in the corner that opens the chat above the page; best before `&lt;/body&gt;`. No script, no inline style.</summary>
    public required string Corner { get; init; }

    /// <summary>HTML of the chat in the page, where the snippet stands. No script, no inline style.</summary>
    public required string Inline { get; init; }

    /// <summary>What still keeps the chat from being seen, in a sentence; absent where nothing does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Warning { get; init; }
}

/// <summary>Gives the snippets of a channel's hosted chat.</summary>
public sealed class ReadEmbed(ChannelStore channels, IOptions<EmbedOptions> options)
{
    internal const string NoOrigin =
        "No website may show this chat yet: add the website's origin, such as https://www.example.com, to the channel's allowed_origins.";

    /// <summary>The snippets for the address that the request came to, unless one is set.</summary>
    public Task<Result<EmbedResponse>> HandleAsync(Guid id, HttpRequest request, CancellationToken cancellationToken) =>
        HandleAsync(id, EmbedAddress.Of(options.Value, request), cancellationToken);

    /// <summary>The snippets for an address of the service.</summary>
    public async Task<Result<EmbedResponse>> HandleAsync(Guid id, string address, CancellationToken cancellationToken)
    {
        if (await channels.FindAsync(id, cancellationToken) is not { } channel)
            return ChatError.NotFound;
        return Of(channel, address);
    }

    internal static EmbedResponse Of(Channel channel, string address)
    {
        var snippets = EmbedSnippets.Of(address, channel.PublicId, channel.Settings.Name);
        return new EmbedResponse
        {
            Url = snippets.Url,
            Corner = snippets.Corner,
            Inline = snippets.Inline,
            Warning = channel.Settings.AllowedOrigins.Count == 0 ? NoOrigin : null,
        };
    }
}

/// <summary>The snippets over HTTP.</summary>
internal static class EmbedRoutes
{
    /// <summary>Maps the operation.</summary>
    /// <param name="channels">The group of <c>/admin/v1/channels</c>.</param>
    public static void MapEmbed(this RouteGroupBuilder channels) => channels.MapGet("/{id:guid}/embed", ReadAsync)
        .WithMetadata(new OperationId("readEmbed"))
        .WithSummary("Read the embed snippets")
        .WithDescription("""
            HTML to paste into any website, without a script: the channel's chat, served by this service in a frame. The page's own Content-Security-Policy,
            where it has one, needs this service's origin in `frame-src`, and for the corner also in `style-src`. Only pages of the channel's `allowed_origins`
            may show it. The address may say more: `lang`, `accent` (a colour without its number sign), `scheme` (`light`, `dark`), `zone` (a time zone such
            as `Europe/Berlin`).
            """)
        .Produces<EmbedResponse>()
        .Fails(ChatError.NotFound);

    private static async Task<IResult> ReadAsync(HttpContext context, Guid id, ReadEmbed operation, CancellationToken cancellationToken) =>
        (await operation.HandleAsync(id, context.Request, cancellationToken)).ToHttp(JsonAnswer.Ok);
}
