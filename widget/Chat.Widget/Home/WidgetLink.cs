namespace Chat.Widget.Home;

/// <summary>Which addresses the widget puts into a page. Null for any other: a value from a tag or a ticket is never an open door.</summary>
internal static class WidgetLink
{
    public const int MaxLength = 2_048;

    /// <summary>A page to link to: a path of the site, or an http(s) address.</summary>
    public static string? Page(string? address) => IsLocal(address) || IsAbsolute(address, Uri.UriSchemeHttps, Uri.UriSchemeHttp) ? address : null;

    /// <summary>A picture to show: a path of the site, or an https address.</summary>
    public static string? Picture(string? address) => IsLocal(address) || IsAbsolute(address, Uri.UriSchemeHttps) ? address : null;

    /// <summary>What a policy must allow for a picture: its origin, or nothing where it is of this site.</summary>
    public static string? Origin(string? picture) =>
        !IsLocal(picture) && Uri.TryCreate(picture, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : null;

    // Two slashes, or a slash and a backslash, begin an address of another host.
    private static bool IsLocal(string? address) =>
        address is { Length: > 0 and <= MaxLength } && address[0] == '/' && !(address.Length > 1 && address[1] is '/' or '\\') && !address.Any(char.IsControl);

    private static bool IsAbsolute(string? address, params ReadOnlySpan<string> schemes) =>
        address is { Length: <= MaxLength } && Uri.TryCreate(address, UriKind.Absolute, out var url) && schemes.Contains(url.Scheme) && url.UserInfo.Length == 0;
}
