namespace Chat.Server.WidgetHost;

/// <summary>Which page of the embed is asked for, and from where.</summary>
internal sealed record EmbedPage
{
    // Contract, POST /chat: metadata.url.
    private const int LongestUrl = 2_048;

    /// <summary>Whether it is the panel, also by the address of one of its forms.</summary>
    public required bool IsPanel { get; init; }

    /// <summary>Whether it is the transcript, or what its buttons post to.</summary>
    public required bool IsTranscript { get; init; }

    /// <summary>Whether a whole window came here from another site.</summary>
    public required bool IsFollowedFromElsewhere { get; init; }

    /// <summary>The page around the frame, where the browser tells it: its origin, or all of its address where the snippet says so.</summary>
    public string? Referrer { get; init; }

    public static EmbedPage Of(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        var name = path[(path.LastIndexOf('/') + 1)..];
        return new EmbedPage
        {
            IsPanel = HttpMethods.IsGet(request.Method) && (name is "" or "panel" or "send" or "new" || name == request.RouteValues["id"] as string),
            IsTranscript = name is "log" or "stop" or "retry" or "rate",
            IsFollowedFromElsewhere = request.Headers["Sec-Fetch-Dest"] == "document" && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site",
            Referrer = ReferrerOf(request),
        };
    }

    private static string? ReferrerOf(HttpRequest request) =>
        request.Headers.Referer.ToString() is { Length: > 0 and <= LongestUrl } text
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && !string.Equals(url.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
            ? url.AbsoluteUri
            : null;
}
