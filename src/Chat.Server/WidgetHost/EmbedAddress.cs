namespace Chat.Server.WidgetHost;

/// <summary>Where the hosted embed is.</summary>
internal static class EmbedAddress
{
    /// <summary>Below which path all of it lives.</summary>
    public const string Root = "/embed";

    /// <summary>The stylesheet of the corner's button, for snippets: its address stays, whatever its content.</summary>
    public const string LauncherStylesheet = $"{Root}/launcher.css";

    /// <summary>A base address from a setting, without its last slash; null where it is none.</summary>
    public static string? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? url.AbsoluteUri.TrimEnd('/')
            : null;

    /// <summary>The service's address: as it is set, else as the request came.</summary>
    public static string Of(EmbedOptions options, HttpRequest request) =>
        options.PublicUrl is { } url ? Parse(url)! : $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}";

    /// <summary>Where the pages of a channel begin, within the service.</summary>
    public static string PathOf(Guid publicId) => $"{Root}/{publicId:D}";
}
